// What rules show on the console, against the stand-in server: an outage with its people, the technicians' list, what is
// held, the load, and who it is where several live. By keyboard, with axe, in both themes and languages.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessible, launch, picture, until } from "./lib/browser.mjs";
import { large, onDuty, row, small } from "./lib/desk.mjs";
import { withMock } from "./mock/server.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

async function list(page, name) {
  await page.locator("summary", { hasText: /Lister|Lists/ }).click();
  await page.getByRole("button", { name, exact: true }).click();
  await page.locator(".pane-side").waitFor();
}

test("an_outage_shows_its_people_and_they_are_marked_with_one_key", () =>
  withMock(async (world, mock) => {
    const id = world.watched.blackout(40);
    const page = await onDuty(browser, mock.origin);
    assert.match(await page.locator(row(id)).textContent(), /Utfall · Strømområde aasen.*40 av 43 enheter er ute · 0 av 40 nådd/);
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    const people = page.locator(".reach-row");
    await people.first().waitFor();
    assert.equal(await people.count(), 40);
    assert.match(await people.first().textContent(), /Gunnar Lie.*oksygen, bor alene/);
    await accessible(page, "outage");
    await picture(page, "lists-outage-1920-natt");

    await people.first().locator("button").focus();
    await page.keyboard.press("x");
    await page.keyboard.press("x");
    await page.locator(".reach", { hasText: "2 av 40 innbyggere nådd" }).waitFor();
    await page.locator(".reach-done").nth(1).waitFor();
    assert.match(await people.first().textContent(), /Nådd \d\d:\d\d av Kari Nordmann/);
    assert.equal(await page.locator(".reach progress").getAttribute("value"), "2");
    assert.match(await page.evaluate(() => document.activeElement.closest(".reach-row").textContent), /Innbygger 2/);
    const sent = world.requests.filter((r) => r.path.endsWith("/reached"));
    assert.deepEqual(sent.map((r) => r.body.subject), ["r-9000", "r-9001"]);

    world.watched.back(id, 10);
    await until("those who are back have left", async () => (await people.count()) === 30);
    assert.deepEqual(page.faults, []);
  }));

test("the_device_list_shows_trouble_and_begins_and_ends_tests", () =>
  withMock(async (world, mock) => {
    const battery = world.raise({ resident: "astrid", kind: "battery", lane: "technical", list: "technicians" });
    const of = { id: battery, version: 1, kind: "battery", state: "open", list: "technicians", owner_name: "", signal_count: 3, by: null };
    world.watched.trouble("battery", "26001", "Astrid Olsen", { case: of });
    world.watched.trouble("offline", "26002", "Per Hansen");
    world.watched.trouble("fault", "26004", "Nils Bakke", { last_heard: null });
    world.watched.trouble("noisy", "26003", "Liv Moen", { case: { ...of, kind: "noisy_device", signal_count: 214 } });
    const page = await onDuty(browser, mock.origin, { size: small, look: { theme: "dag" } });
    assert.equal(await page.locator(row(battery)).count(), 0, "what technicians have is not in the queue");
    await list(page, "Enheter");
    await page.locator(".device-list .side-row").nth(3).waitFor();
    await page.locator(".device-list", { hasText: /Per Hansen.*hørt (\d+\.\d+\. )?\d\d:\d\d/ }).waitFor();
    await page.locator(".device-list", { hasText: /Nils Bakke.*aldri hørt/ }).waitFor();
    await accessible(page, "devices");
    await picture(page, "lists-devices-1280-dag");
    await page.getByRole("button", { name: "Batteri 1" }).click();
    assert.equal(await page.locator(".device-list .side-row").count(), 1);
    await page.getByRole("button", { name: /Åpne hendelsen/ }).click();
    await page.getByText("Står på listen Teknikere, ikke i køen.").waitFor();
    await picture(page, "lists-technical-case-1280-dag");
    await page.getByRole("button", { name: "Sett i køen" }).click();
    await page.locator(`.list-unanswered ${row(battery)}`).waitFor();
    await page.keyboard.press("Escape");
    await page.locator(".pane-side").waitFor();

    await page.getByRole("button", { name: /^Alle/ }).click();
    await page.getByLabel("Finn enhet for prøve").fill("26002");
    await page.getByLabel("Lengde").selectOption("60");
    await page.locator(".side-find + .side-list").getByRole("button", { name: /Start prøve/ }).press("Enter");
    await page.locator(".device-list", { hasText: /I prøve · Astrid Olsen.*i prøve til \d\d:\d\d, av Kari Nordmann/ }).waitFor();
    assert.equal(world.requests.findLast((r) => r.path.endsWith("/test")).body.minutes, 60);
    await page.locator(".device-list").getByRole("button", { name: /Avslutt prøve/ }).press("Enter");
    await until("the test is over", async () => (await page.locator(".device-list", { hasText: "I prøve" }).count()) === 0);
    assert.deepEqual(page.faults, []);
  }));

test("what_is_held_says_why_and_becomes_a_case_by_a_press", () =>
  withMock(async (world, mock) => {
    world.watched.hold();
    const other = world.raise({ resident: "astrid", kind: "battery", lane: "technical" });
    const page = await onDuty(browser, mock.origin, { look: { language: "en", theme: "dag" } });
    await list(page, "Waiting signals");
    await page.locator(".side-row", { hasText: "Døra får to minutter på å lukkes om natten" }).waitFor();
    await accessible(page, "held");
    await picture(page, "lists-held-1920-dag");
    await page.click(`${row(other)} .row-open`);
    await page.getByText("Sengesensorer er i prøvedrift til mars").waitFor();
    await accessible(page, "case with signals that wait");
    await page.getByRole("button", { name: "Make a case after all" }).click();
    await page.locator(".list-unanswered", { hasText: "Bed" }).waitFor();
    await page.getByRole("button", { name: "Make a case now" }).click();
    await page.locator(".list-unanswered", { hasText: "Door" }).waitFor();
    assert.deepEqual(page.faults, []);
  }));

test("who_it_is_is_asked_first_and_said_once_known", () =>
  withMock(async (world, mock) => {
    const id = world.raise({ resident: "astrid", asks_who: true, cognitive_impairment: true, absent: "sykehus til fredag" });
    const page = await onDuty(browser, mock.origin);
    await page.keyboard.press("n");
    const asked = page.locator(".pane-body > .part").first();
    await asked.getByText("Hvem er det?").waitFor();
    await accessible(page, "who is it");
    await picture(page, "lists-who-1920-natt");
    await asked.locator("button").first().press("Enter");
    await page.locator(".pane-body > .notable", { hasText: "Det er " }).waitFor();
    await page.getByText("Registrert borte: sykehus til fredag").first().waitFor();
    assert.equal(world.cases.get(id).identified.id, "astrid");
    assert.deepEqual(page.faults, []);
  }));

test("a_flood_is_told_with_what_was_put_aside_and_comes_back", () =>
  withMock(async (world, mock) => {
    world.raise({ resident: "per", kind: "fall", lane: "care" });
    const page = await onDuty(browser, mock.origin, { size: small });
    const flooded = { cases: 34, operators: 2, per_operator: 17, flood: true };
    const solvik = { id: "solvik", name: "Solvik", ...flooded, shed_to: "partner", partner: "Sentralen i Nord", shed: 12 };
    mock.burden({ centre: flooded, municipalities: [solvik] });
    const banner = page.locator(".banner");
    await banner.getByText("For mange alarmer: Solvik. 12 hendelser satt til Sentralen i Nord.").waitFor();
    await accessible(page, "flood");
    await picture(page, "lists-flood-1280-natt");
    mock.burden({ centre: { cases: 4, operators: 2, per_operator: 2, flood: false }, municipalities: [] });
    await banner.getByText("2.0 per operatør på 10 min, 2 operatører").waitFor();
    await list(page, "Mest uten tiltak");
    await accessible(page, "offenders");
    assert.deepEqual(page.faults, []);
  }));

test("a_life_alarm_is_first_in_the_queue_also_beside_a_list", () =>
  withMock(async (world, mock) => {
    world.watched.blackout(5);
    const page = await onDuty(browser, mock.origin, { size: large });
    await list(page, "Enheter");
    const life = world.raise({ resident: "astrid" });
    await page.locator(`.untaken ${row(life)}`).waitFor();
    await page.locator(".queue").focus();
    await page.keyboard.press("n");
    await page.locator("#pane-title", { hasText: "Astrid Olsen" }).waitFor();
    assert.deepEqual(page.faults, []);
  }));
