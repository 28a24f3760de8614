// What is expected of a resident, on the card of the open case and against the stand-in server: an absence from and
// until, changed and ended, and the looks in that are planned. By keyboard, with axe, in both themes and languages.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessible, launch, open, picture, until } from "./lib/browser.mjs";
import { large, onDuty, small } from "./lib/desk.mjs";
import { withMock } from "./mock/server.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const focused = (page) => page.evaluate(() => document.activeElement.textContent || document.activeElement.className);

test("an_absence_is_registered_changed_and_ended_by_keyboard", () =>
  withMock(async (world, mock) => {
    world.raise({ resident: "astrid", kind: "battery", lane: "technical" });
    const page = await onDuty(browser, mock.origin);
    await page.keyboard.press("n");
    const card = page.locator(".person");
    const begin = card.getByRole("button", { name: "Registrer fravær Astrid Olsen" });
    await begin.press("Enter");
    const dialog = page.getByRole("dialog", { name: "Astrid Olsen er borte" });
    await dialog.waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.labels[0].textContent.trim()), "Hvor eller hvorfor");
    await page.keyboard.press("Enter");
    await dialog.getByText("Skriv hvor eller hvorfor.").waitFor();
    await page.keyboard.type("sykehus");
    await dialog.getByLabel("Fra (tomt: fra nå)").fill("2026-01-20T10:00");
    await dialog.getByLabel("Til (tomt: inntil videre)").fill("2026-01-19T10:00");
    await page.keyboard.press("Enter");
    await dialog.getByText("Til må være etter Fra, og fram i tid.").waitFor();
    await accessible(page, "absence dialog");
    await dialog.getByLabel("Til (tomt: inntil videre)").fill("2096-01-25T14:30");
    await picture(page, "expected-absence-dialog-1920-natt");
    await page.keyboard.press("Enter");
    await card.getByText("Borte siden 20.1. 10:00, til 25.1. 14:30: sykehus").waitFor();
    await card.getByText("registrert av Kari Nordmann").waitFor();
    const sent = world.requests.findLast((r) => r.path.endsWith("/absence"));
    assert.equal(sent.path, "/api/v1/subjects/solvik.r-astrid/absence");
    assert.deepEqual(sent.body, { reason: "sykehus", since: "2026-01-20T09:00:00.000Z", until: "2096-01-25T13:30:00.000Z" });
    assert.ok(sent.headers["idempotency-key"]);
    await page.locator("#say-soon", { hasText: "Fravær er registrert for Astrid Olsen" }).waitFor({ state: "attached" });
    assert.match(await focused(page), /Endre fravær/);
    await accessible(page, "case of an absent resident");
    await picture(page, "expected-absent-1920-natt");

    await page.keyboard.press("Enter");
    await dialog.waitFor();
    assert.equal(await dialog.getByLabel("Fra (tomt: fra nå)").inputValue(), "2026-01-20T10:00");
    await dialog.getByLabel("Til (tomt: inntil videre)").fill("");
    await dialog.getByRole("button", { name: "Lagre" }).press("Enter");
    await card.getByText("Borte siden 20.1. 10:00, inntil videre: sykehus").waitFor();

    await card.getByRole("button", { name: "Hjemme igjen Astrid Olsen" }).press("Enter");
    await until("the absence is over", async () => (await card.getByText("Borte siden").count()) === 0);
    await begin.waitFor();
    assert.equal(world.requests.findLast((r) => r.path.endsWith("/absence")).method, "DELETE");
    await until("the focus stays in the case", async () => /pane/.test(await page.evaluate(() => document.activeElement.className)));
    assert.deepEqual(page.faults, []);
  }));

test("planned_looks_in_say_how_they_stand_and_are_marked_done", () =>
  withMock(async (world, mock) => {
    world.raise({ resident: "astrid" });
    world.watched.night();
    const page = await onDuty(browser, mock.origin, { size: small, look: { theme: "dag", language: "en" } });
    await page.keyboard.press("n");
    const lines = page.locator(".person .visit");
    await lines.nth(3).waitFor();
    const texts = await lines.allTextContents();
    assert.match(texts[0], /Nattilsyn: done .*\d\d:\d\d by Ola Natt/);
    assert.match(texts[1], /Nattilsyn: not done by .*\d\d:\d\d/);
    assert.match(texts[2], /Nattilsyn: to be done now, by .*\d\d:\d\d/);
    assert.match(texts[3], /Nattilsyn: planned$/);
    assert.equal(await lines.getByRole("button").count(), 2, "only what is due or missed can be marked");
    await lines.nth(3).scrollIntoViewIfNeeded();
    await accessible(page, "planned looks in");
    await picture(page, "expected-checks-1280-dag");

    await lines.nth(2).getByRole("button", { name: /^Done .* Nattilsyn, Astrid Olsen$/ }).press("Enter");
    const dialog = page.getByRole("dialog", { name: /Nattilsyn: Astrid Olsen$/ });
    await dialog.waitFor();
    await accessible(page, "look in dialog");
    await page.keyboard.type("Sov godt");
    await page.keyboard.press("Enter");
    await lines.nth(2).getByText(/done .*\d\d:\d\d by Kari Nordmann/).waitFor();
    const sent = world.requests.findLast((r) => r.path.includes("/checks/"));
    assert.equal(sent.path, "/api/v1/subjects/solvik.r-astrid/checks/tilsyn-due");
    assert.deepEqual(sent.body, { note: "Sov godt" });
    await until("the focus stays in the case", async () => /pane/.test(await page.evaluate(() => document.activeElement.className)));
    assert.deepEqual(page.faults, []);
  }));

test("what_is_due_becomes_missed_on_the_card_without_anybody_asking", () =>
  withMock(async (world, mock) => {
    world.raise({ resident: "astrid" });
    world.watched.night();
    const given = await open(browser, large);
    const page = await onDuty(browser, mock.origin, { page: given, clock: true });
    await page.keyboard.press("n");
    const line = page.locator(".person .visit").nth(2);
    await line.getByText("skal gjøres nå").waitFor();
    const asked = () => world.requests.filter((r) => r.path === "/api/v1/subjects/solvik.r-astrid").length;
    const before = asked();
    world.watched.checks.get("solvik.r-astrid")[2].standing = "missed";
    await page.clock.fastForward("43:00");
    await line.getByText("ikke utført innen").waitFor();
    assert.equal(asked(), before + 1);
    assert.deepEqual(page.faults, []);
  }));
