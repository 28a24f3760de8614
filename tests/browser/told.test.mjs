// What the pages tell about an outage, over the stand-in server: how the node is, what others did meanwhile, and what
// became of a case that did not remain; in both languages, on a wide screen, a small one and a phone.
import assert from "node:assert/strict";
import { accessible, open, picture } from "./lib/browser.mjs";
import { large, onDuty, phone, row, signIn, small } from "./lib/desk.mjs";
import { stories } from "./lib/story.mjs";

const story = stories();
const minutesAgo = (n) => new Date(Date.now() - n * 60_000).toISOString();
const looks = [
  ["nb-large", large, { theme: "natt", language: "nb" }, "Frakoblet felles lager siden"],
  ["en-small", small, { theme: "dag", language: "en" }, "Cut off from the shared store since"],
  ["nb-150", small, { theme: "natt", language: "nb", size: 150 }, "Frakoblet felles lager siden"],
];

/** The banner stands by itself: it covers neither list nor button, and what it says is there whole. */
async function standsAlone(page) {
  const told = await page.evaluate(() => {
    const box = (selector) => document.querySelector(selector).getBoundingClientRect();
    const words = document.querySelector(".banner .condition");
    return {
      apart: box(".banner").bottom <= box(".queue").top && box(".top").bottom <= box(".banner").top,
      whole: words.scrollHeight <= words.clientHeight + 1 && words.getBoundingClientRect().right <= innerWidth,
    };
  });
  assert.deepEqual(told, { apart: true, whole: true });
}

story("an outage is said on every size, and what it left is told on the case", async ({ browser, origin, mock, world }) => {
  const id = world.raise({ resident: "astrid", ago: 20 });
  const c = world.cases.get(id);
  Object.assign(c, { late: true, reopened_reason: "outage_visit" });
  Object.assign(c.alarms[0], { late: true, occurred_at: minutesAgo(47) });
  const per = { user: "per", name: "Per Vang", node: "varde-2", merged_at: minutesAgo(1) };
  c.outage_deeds = [
    { ...per, what: "claimed", at: minutesAgo(9), why: "already_claimed", note: "" },
    { ...per, what: "note_added", at: minutesAgo(7), why: "closed", note: "Snakket med datteren." },
  ];
  mock.condition.island_since = minutesAgo(12);
  for (const [name, size, look, words] of looks) {
    const page = await onDuty(browser, origin, { size, look });
    await page.locator(".banner .condition", { hasText: words }).waitFor();
    await page.click(`${row(id)} .row-open`);
    await page.getByText(/Per Vang .*(tok hendelsen|took the case)/).waitFor();
    await page.getByText(/(Forsinket: skjedde|Late: happened)/).first().waitFor();
    await standsAlone(page);
    await accessible(page, name);
    await picture(page, `told-${name}`);
    await page.context().close();
  }
});

story("merging and a failed disk have their own words, and a blip has none", async ({ browser, origin, mock }) => {
  const page = await onDuty(browser, origin, { size: small });
  await page.getByText("Alt virker.").waitFor();
  await page.evaluate(() => {
    window.flashes = 0;
    new MutationObserver(() => (window.flashes += document.querySelectorAll(".condition").length)).observe(document.body, { subtree: true, childList: true });
  });
  mock.say({ island_since: new Date().toISOString() });
  await page.waitForTimeout(700); // a blip is a matter of time
  mock.say({ island_since: null });
  await page.waitForTimeout(2_000);
  assert.equal(await page.evaluate(() => window.flashes), 0);
  mock.say({ island_since: minutesAgo(3), reconciling: true });
  await page.locator(".condition", { hasText: "flettes sammen nå" }).waitFor();
  mock.say({ island_since: null, reconciling: false, disk_failed_since: minutesAgo(2) });
  await page.locator(".condition", { hasText: "Disken her tar ikke imot siden" }).waitFor();
  await standsAlone(page);
  await accessible(page, "disk");
  await picture(page, "told-disk");
  mock.say({ disk_failed_since: null });
  await page.getByText("Alt virker.").waitFor();
});

story("an open case that did not remain says so and leads to where its alarm is", async ({ browser, origin, mock, world }) => {
  const id = world.raise({ resident: "astrid" });
  const page = await onDuty(browser, origin, { size: small });
  await page.click(`${row(id)} .row-open`);
  await page.getByRole("heading", { name: "Astrid Olsen (84)" }).waitFor();
  world.cases.delete(id);
  const stands = world.raise({ resident: "astrid", kind: "fall" });
  mock.correct();
  await page.getByText("Denne hendelsen ble ikke stående da utfallet var over").waitFor();
  await page.getByText("Ble ikke stående etter utfallet").waitFor();
  assert.equal(await page.locator(".pane-acts button").count(), 0);
  await accessible(page, "vanished");
  await picture(page, "told-vanished");
  await page.getByRole("button", { name: /^Gå til Fall/ }).click();
  await page.getByRole("button", { name: "Lukk hendelsen" }).waitFor();
  assert.equal(await page.locator(`[aria-current="true"]`).first().getAttribute("data-row"), stands);
});

story("the phone says it above the assignment, and its buttons stay where they are", async ({ browser, origin, mock, world }) => {
  const id = world.raise({ resident: "astrid" });
  world.as("kari", "Kari Nordmann", id, "claim");
  world.as("kari", "Kari Nordmann", id, "dispatch", { team: "natt", message: "" });
  mock.condition.island_since = minutesAgo(4);
  for (const language of ["nb", "en"]) {
    const page = await open(browser, phone);
    await page.addInitScript((text) => localStorage.setItem("varde.look", text), JSON.stringify({ theme: language === "nb" ? "natt" : "dag", language }));
    await signIn(page, origin, "ingrid", undefined, "/felt");
    await page.getByText(/(frakoblet felles lager siden|cut off from its shared store since)/).waitFor();
    const next = await page.locator(".next").boundingBox();
    assert.ok(next.y + next.height <= phone.height, "the next step is on the screen");
    await accessible(page, `phone ${language}`);
    await picture(page, `told-felt-${language}`);
    await page.context().close();
  }
});
