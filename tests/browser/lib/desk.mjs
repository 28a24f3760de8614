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

export const phone = { width: 390, height: 844, hasTouch: true, isMobile: true };

/** Of the real server's demo: a device of a resident, an operator of its municipality, a responder of one of its teams. */
export function cast(demo) {
  const device = demo.devices.find((d) => d.protocol === "scaip" && d.resident);
  const serves = (one) => one.role === "operator" && one.municipalities.includes(device.municipality);
  const goes = (one) => one.role === "responder" && one.teams.some((t) => t.startsWith(`${device.municipality}/`));
  return { device, operator: demo.sign_ins.find(serves), responder: demo.sign_ins.find(goes) };
}

/** An operator on duty at a real server. */
export async function operatorPage(browser, { origin }, who, size = large) {
  const page = await open(browser, size);
  await signIn(page, origin, who.user, who.password);
  await page.getByRole("button", { name: "Start vakt" }).click();
  await page.getByText(/^Direkte \d/).waitFor();
  return page;
}
