// A power cut in a real browser against the real server: homes of one area report it over SCAIP, the console shows one
// case with its people, a button pressed in the dark stands before it, people are marked by key, and who is back leaves.
import assert from "node:assert/strict";
import { test } from "node:test";
import { accessible, launch, picture, until } from "./lib/browser.mjs";
import { operatorPage, row } from "./lib/desk.mjs";
import { built, ring, startVarde } from "./lib/varde.mjs";

const homes = 20;
const supply = "0045";

/** SCAIP devices without a password of their own, of one power area with enough homes. */
function homesOfOneArea(demo) {
  const areas = new Map();
  for (const device of demo.devices) {
    if (device.protocol !== "scaip" || device.digest_user || !device.resident) continue;
    const area = device.depends_on.find((parent) => parent.startsWith("power:"));
    if (area) areas.set(area, [...(areas.get(area) ?? []), device]);
  }
  const [area, devices] = [...areas].sort((a, b) => b[1].length - a[1].length)[0];
  assert.ok(devices.length >= homes, `${area} has ${devices.length} homes`);
  return { area, devices: devices.slice(0, homes) };
}

async function say(varde, devices, status) {
  for (const device of devices) await ring(varde.demo, device, { type: supply, status });
}

test("a_power_cut_is_one_case_whose_people_are_reached_and_come_back", { skip: built ? false : "build/varde is not there" }, async () => {
  const varde = await startVarde("--devices", "400");
  const browser = await launch();
  try {
    const { area, devices } = homesOfOneArea(varde.demo);
    const municipality = devices[0].municipality;
    const operator = varde.demo.sign_ins.find((one) => one.role === "operator" && one.municipalities.includes(municipality));
    const page = await operatorPage(browser, varde, operator);
    await say(varde, devices, "0085");
    const outage = page.locator(".list-unanswered [data-row]", { hasText: /Utfall · Strømområde/ });
    await outage.filter({ hasText: `${homes} av` }).waitFor();
    // What came before it was known to be one outage is part of it now.
    const rows = page.locator(".list-unanswered [data-row]");
    await until("it is one case and no other", async () => (await rows.count()) === 1);
    const id = await outage.getAttribute("data-row");

    await ring(varde.demo, devices[3]);
    await until("the button is first", async () => {
      const first = await page.locator(".untaken [data-row]").first().textContent();
      return /Trygghetsalarm/.test(first);
    });
    await page.locator(`${row(id)} .row-open`).first().click();
    const people = page.locator(".reach-row");
    await people.nth(homes - 1).waitFor();
    await page.getByText(`Strømområde ${area.slice("power:".length)}`).first().waitFor();
    await accessible(page, "a real outage");
    await people.first().locator("button").focus();
    await page.keyboard.press("x");
    await page.locator(".reach", { hasText: `1 av ${homes} innbyggere nådd` }).waitFor();
    await page.locator(".reach-done").waitFor();
    await picture(page, "storm-1-outage");

    await say(varde, devices.slice(0, homes / 2), "0086");
    await until("those who are back have left", async () => (await people.count()) === homes / 2);
    await page.locator(".pane-body", { hasText: `${homes / 2} er tilbake` }).waitFor();
    await picture(page, "storm-2-half-back");
    assert.deepEqual(page.faults, []);
  } finally {
    await browser.close();
    await varde.stop();
  }
});

test("a_device_low_on_battery_is_the_technicians_and_can_be_tested", { skip: built ? false : "build/varde is not there" }, async () => {
  const varde = await startVarde();
  const browser = await launch();
  try {
    const device = varde.demo.devices.find((d) => d.protocol === "scaip" && !d.digest_user && d.resident);
    const operator = varde.demo.sign_ins.find((one) => one.role === "operator" && one.municipalities.includes(device.municipality));
    const page = await operatorPage(browser, varde, operator);
    await ring(varde.demo, device, { type: "0003", status: "0016" });
    await page.locator("summary", { hasText: "Lister" }).click();
    await page.getByRole("button", { name: "Enheter", exact: true }).click();
    await page.locator(".device-list", { hasText: /Batteri · / }).waitFor();
    assert.equal(await page.locator(".list-unanswered [data-row]").count(), 0);
    await accessible(page, "real devices");
    await page.getByLabel("Finn enhet for prøve").fill(device.id);
    await page.locator(".side-find + .side-list").getByRole("button", { name: /Start prøve/ }).first().click();
    await page.locator(".device-list", { hasText: /I prøve · .*i prøve til \d\d:\d\d/ }).waitFor();
    await picture(page, "storm-3-devices");
    await ring(varde.demo, device, { type: "0003", status: "0010" });
    await until("the press of a device in test is kept apart", async () => {
      const answer = await page.evaluate(async () => (await fetch("/api/v1/cases?list=tests")).json());
      return answer.cases.length === 1;
    });
    assert.equal(await page.locator(".list-unanswered [data-row]").count(), 0);
    await page.locator(".device-list").getByRole("button", { name: /Avslutt prøve/ }).click();
    await until("the test is over", async () => (await page.locator(".device-list", { hasText: "I prøve" }).count()) === 0);
    await page.locator("summary", { hasText: "Lister" }).click();
    await page.getByRole("button", { name: "Mest uten tiltak", exact: true }).click();
    await page.getByText("Hendelser avsluttet uten tiltak siden").waitFor();
    assert.deepEqual(page.faults, []);
  } finally {
    await browser.close();
    await varde.stop();
  }
});
