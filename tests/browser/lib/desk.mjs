// What an operator does first, for tests that are about what comes after.
import { open } from "./browser.mjs";

export const large = { width: 1920, height: 1080 };
export const small = { width: 1280, height: 800 };

export async function signIn(page, origin, user = "kari", password = "vinternatt-2026", path = "/") {
  await page.goto(origin + path);
  await page.fill("input[name=user]", user);
  await page.fill("input[name=password]", password);
  await page.click("button[type=submit]");
}

/** An operator's page with the shift started. */
export async function onDuty(browser, origin, { size = large, look = {}, user = "kari", password, init, clock = false, page: given, ...options } = {}) {
  const page = given ?? (await open(browser, { ...size, ...options }));
  if (clock) await page.clock.install();
  const kept = JSON.stringify({ theme: "natt", language: "nb", size: 100, keysOn: true, ...look });
  await page.addInitScript((text) => localStorage.setItem("varde.look", text), kept);
  if (init) await page.addInitScript(init);
  await signIn(page, origin, user, password);
  await page.click(".panel button.primary");
  await page.waitForSelector(".queue");
  return page;
}

export const row = (id) => `[data-row="${id}"]`;
