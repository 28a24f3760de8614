// The whole path in two real browsers against the real server: a safety alarm rings over SCAIP, an operator answers by
// keyboard, a home-care team goes out with a telephone in the hand, the case is closed, and the history tells it all.
import assert from "node:assert/strict";
import { test } from "node:test";
import { accessible, launch, open, picture } from "./lib/browser.mjs";
import { cast, operatorPage, phone, row, signIn } from "./lib/desk.mjs";
import { built, ring, startVarde } from "./lib/varde.mjs";

test("an alarm goes from the device to the operator, the team, and a closed case", { skip: built ? false : "build/varde is not there" }, async () => {
  const varde = await startVarde();
  const browser = await launch();
  try {
    const { device, operator, responder } = cast(varde.demo);
    const desk = await operatorPage(browser, varde, operator);
    await accessible(desk, "empty queue");
    const felt = await open(browser, phone);
    await signIn(felt, varde.origin, responder.user, responder.password, "/felt");
    await felt.getByText("Ingen oppdrag nå.").waitFor();

    await ring(varde.demo, device);
    await desk.waitForSelector(".list-unanswered [data-row]");
    const id = await desk.locator(".list-unanswered [data-row]").first().getAttribute("data-row");
    await accessible(desk, "new alarm");
    await picture(desk, "full-1-rings");

    await desk.keyboard.press("n");
    await desk.waitForSelector(`.list-mine ${row(id)}`);
    await desk.locator(".history li").first().waitFor();
    await accessible(desk, "case");
    for (const i of [0, 1]) {
      const box = desk.locator(".step input").nth(i);
      await box.press("Space");
      await desk.locator(".step input:checked").nth(i).waitFor();
    }
    await desk.keyboard.press("m");
    await desk.locator("dialog textarea:focus").waitFor();
    await desk.keyboard.type("Svarer ikke på oppringing.");
    await desk.keyboard.press("Control+Enter");
    await desk.locator(".history-note", { hasText: "Svarer ikke på oppringing." }).waitFor();

    await desk.keyboard.press("u");
    const team = varde.demo.teams.find((t) => responder.teams.includes(`${t.municipality}/${t.id}`));
    await desk.getByRole("radio", { name: new RegExp(team.name) }).press("Space");
    await desk.getByLabel("Beskjed til utrykkeren").fill("Se etter fall på badet.");
    await accessible(desk, "dispatch");
    await desk.locator("dialog button[type=submit]").press("Enter");
    await desk.locator(".visit", { hasText: team.name }).waitFor();

    await felt.getByText("Se etter fall på badet.").waitFor();
    await accessible(felt, "offer");
    await picture(felt, "full-2-offer");
    for (const label of ["Godta", "Jeg rykker ut", "Jeg er framme"]) {
      await felt.getByRole("button", { name: label, exact: true }).click();
      await felt.getByText(/^Sendt \d\d:\d\d$/).waitFor();
      await accessible(felt, label);
    }
    await desk.locator(".visit", { hasText: "Framme" }).waitFor();
    await felt.getByRole("button", { name: "Ferdig" }).click();
    await felt.fill("dialog textarea", "Hjalp opp, uskadd.");
    await felt.click("dialog button[type=submit]");
    await desk.locator(".visit", { hasText: "Hjalp opp, uskadd." }).waitFor();
    await picture(desk, "full-3-visited");

    await desk.keyboard.press("a");
    await desk.getByRole("radio", { name: "Reell" }).press("Space");
    await desk.getByLabel("Årsak").selectOption("fall");
    await accessible(desk, "close");
    await desk.locator("dialog button[type=submit]").press("Enter");
    await desk.locator(`.list-mine ${row(id)}`).waitFor({ state: "detached" });
    await desk.locator(".history li", { hasText: "Avsluttet: Reell, Fall" }).waitFor();
    await accessible(desk, "closed case");
    await picture(desk, "full-4-closed");

    const told = await desk.evaluate(async (path) => (await fetch(path)).json(), `/api/v1/cases/${encodeURIComponent(id)}`);
    assert.deepEqual(
      told.history.map((item) => item.type),
      ["case_opened", "claimed", "step_ticked", "step_ticked", "note_added", "visit_offered"]
        .concat(["visit_moved", "visit_moved", "visit_moved", "visit_moved", "closed"]),
    );
    assert.deepEqual([told.state, told.outcome.cause, told.outcome.with_visit], ["closed", "fall", true]);
    assert.deepEqual([desk.faults, felt.faults], [[], []]);
  } finally {
    await browser.close();
    await varde.stop();
  }
});
