// What people see when Redis is away or a node goes down, in real browsers against the real server.
import assert from "node:assert/strict";
import { test } from "node:test";
import { accessible, launch, open, picture, until } from "./lib/browser.mjs";
import { startCentre } from "./lib/centre.mjs";
import { cast, operatorPage, phone, row, signIn } from "./lib/desk.mjs";
import { built, ring, startVarde } from "./lib/varde.mjs";

const skip = built ? false : "build/varde is not there";

test("with Redis away the screens say since when, alarms come, a claim holds, and all is told when it is back", { skip }, async () => {
  const varde = await startVarde();
  const browser = await launch();
  try {
    const { device, operator, responder } = cast(varde.demo);
    const desk = await operatorPage(browser, varde, operator);
    const felt = await open(browser, phone);
    await signIn(felt, varde.origin, responder.user, responder.password, "/felt");
    await felt.getByText("Ingen oppdrag nå.").waitFor();
    await ring(varde.demo, device);
    await desk.waitForSelector(".list-unanswered [data-row]");
    const id = await desk.locator(".list-unanswered [data-row]").first().getAttribute("data-row");

    process.kill(varde.redis, "SIGSTOP");
    try {
      await desk.locator(".banner .condition", { hasText: /^Frakoblet felles lager siden \d\d:\d\d/ }).waitFor();
      await felt.getByText(/^Sentralen er frakoblet felles lager siden/).waitFor();
      await accessible(desk, "island");
      await accessible(felt, "island on the phone");

      await desk.locator(".queue").focus();
      await desk.keyboard.press("n");
      await desk.waitForSelector(`.list-mine ${row(id)}`);
      await desk.getByText("Historikken er ikke tilgjengelig under utfallet.").waitFor();
      await accessible(desk, "a case in an outage");
      await picture(desk, "outage-1-island");
      await picture(felt, "outage-1-felt");
      // Who has a session goes on, also with a fresh page.
      await desk.reload();
      await desk.getByRole("button", { name: "Start vakt" }).waitFor();
      await desk.locator(".panel .form-state", { hasText: "Frakoblet felles lager siden" }).waitFor();
      await picture(desk, "outage-2-reload");
      await desk.getByRole("button", { name: "Start vakt" }).click();
      await ring(varde.demo, { ...varde.demo.devices.find((d) => d.protocol === "scaip" && d.resident && d.id !== device.id) });
      await desk.waitForSelector(".list-unanswered [data-row]");
    } finally {
      process.kill(varde.redis, "SIGCONT");
    }
    await desk.locator(".banner .condition").waitFor({ state: "detached" });
    await felt.getByText("Ingen oppdrag nå.").waitFor();
    await until("no banner on the phone", async () => (await felt.locator(".no-contact").count()) === 0);
    await desk.click(`${row(id)} .row-open`);
    await desk.locator(".history li", { hasText: "Tatt" }).waitFor();
    assert.deepEqual([desk.faults, felt.faults], [[], []]);
  } finally {
    await browser.close();
    await varde.stop();
  }
});

test("a node that goes down hands its consoles to the next one, and nobody sees an error", { skip }, async () => {
  const centre = await startCentre();
  const browser = await launch();
  try {
    const first = await centre.node("varde-1");
    const { device, operator } = cast(centre.demo);
    const desk = await operatorPage(browser, centre, operator);
    await ring({ scaip_udp: first.scaip_udp }, device);
    await desk.waitForSelector(".list-unanswered [data-row]");
    await desk.locator(".queue").focus();
    await desk.keyboard.press("n");
    await desk.locator(".history li", { hasText: "Tatt" }).waitFor();

    const second = await centre.node("varde-2");
    // Everything that a person could take for an error, noted as it appears.
    await desk.evaluate(() => {
      window.alarming = [];
      const look = () => {
        for (const bad of document.querySelectorAll(".failure, .live-bad, .banner-system")) window.alarming.push(bad.textContent);
      };
      new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
    });
    const again = desk.waitForEvent("websocket");
    const began = performance.now();
    const stopped = first.stop();
    const socket = await again;
    await socket.waitForEvent("framereceived");
    const awayMs = Math.round(performance.now() - began);
    await stopped;
    await desk.keyboard.press("m");
    await desk.locator("dialog textarea:focus").waitFor();
    await desk.keyboard.type("Svarte på oppringing.");
    await desk.keyboard.press("Control+Enter");
    await desk.locator(".history-note", { hasText: "Svarte på oppringing." }).waitFor();
    assert.equal(await desk.locator(".list-mine [data-row]").count(), 1);
    assert.deepEqual(await desk.evaluate(() => window.alarming), []);
    console.log(`ℹ the console was at the next node after ${awayMs} ms`);
    assert.ok(awayMs < 2_000, `${awayMs} ms`);
    assert.deepEqual(desk.faults, []);
    await second.stop();
  } finally {
    await browser.close();
    await centre.stop();
  }
});
