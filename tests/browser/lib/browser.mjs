// Debian's Chromium under playwright-core, with axe at hand and every console error and policy violation counted as a
// failure of the page.
import assert from "node:assert/strict";
import { readFileSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const shots = new URL("../shots/", import.meta.url).pathname;

/** How long a page may take for anything: generous, since two cores may be building meanwhile. */
const deadlineMs = 90_000;

export const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--ignore-certificate-errors",
];

export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: flags });
}

/** What a page may log without being broken: a request that failed because the test made it fail. */
const expected = [/Failed to load resource/, /WebSocket connection to/, /tel:/, /SSL certificate error/];

/** A page in a context of its own that remembers what went wrong in it. */
export async function open(browser, { width, height, ...options }) {
  const context = await browser.newContext({
    viewport: { width, height },
    ignoreHTTPSErrors: true,
    locale: "nb-NO",
    timezoneId: "Europe/Oslo",
    // axe is put in by evaluation, which a strict policy would refuse; the policy itself is asserted by the tests.
    bypassCSP: false,
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(deadlineMs);
  page.faults = [];
  page.on("console", (message) => {
    if (message.type() === "error" && !expected.some((e) => e.test(message.text()))) page.faults.push(message.text());
  });
  page.on("pageerror", (error) => page.faults.push(String(error)));
  return page;
}

/** Fails on any WCAG 2.2 A/AA violation, naming rule and element. */
export async function accessible(page, what) {
  await page.evaluate(axeSource);
  const found = await page.evaluate(async () => {
    const run = { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] };
    const { violations } = await window.axe.run(document, run);
    return violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(" ")).join(", ")}`);
  });
  assert.deepEqual(found, [], `axe on ${what}`);
}

/** A picture to look at, in the git-ignored folder. */
export async function picture(page, name) {
  mkdirSync(shots, { recursive: true });
  await page.screenshot({ path: `${shots}${name}.png` });
}

/** Waits for a condition on this side with a deadline. */
export async function until(what, condition, withinMs = deadlineMs) {
  const end = Date.now() + withinMs;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) assert.fail(`not within ${withinMs} ms: ${what}`);
    await new Promise((done) => setTimeout(done, 25));
  }
}
