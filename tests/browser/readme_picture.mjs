// Takes the picture of the README from the real server: docs/console.png, an operator's night in Norwegian with a few
// made-up cases. Run it when the console looks different: node readme_picture.mjs
import { writeFileSync } from "node:fs";
import { launch } from "./lib/browser.mjs";
import { large, onDuty } from "./lib/desk.mjs";
import { ring, startVarde } from "./lib/varde.mjs";

const target = new URL("../../docs/console.png", import.meta.url);
/** What the devices say, by the codes of SCAIP: a fall, a door, a missed tablet, a low battery, a press. */
const signals = [
  { type: "0005", location: "011" },
  { type: "0014", location: "039" },
  { type: "0043", location: "042" },
  { type: "0003", status: "0016" },
  { type: "0011", status: "0081" },
  { type: "0003", location: "012" },
];

const varde = await startVarde();
const browser = await launch();
try {
  const operators = varde.demo.sign_ins.filter((one) => one.role === "operator");
  const devices = varde.demo.devices.filter((one) => one.protocol === "scaip" && one.resident);
  const [colleague, own] = [operators[1] ?? operators[0], operators[0]];
  const others = await onDuty(browser, varde.origin, { user: colleague.user, password: colleague.password });
  const page = await onDuty(browser, varde.origin, { user: own.user, password: own.password });

  await ring(varde.demo, devices[6], signals[4]);
  await others.waitForSelector(".list-unanswered [data-row]");
  await others.keyboard.press("n");
  await others.waitForSelector(".list-mine [data-row]");
  for (const [i, signal] of signals.entries()) if (i !== 4) await ring(varde.demo, devices[i], signal);
  await page.locator(".list-unanswered [data-row]").nth(4).waitFor();
  await page.keyboard.press("n");
  await page.waitForSelector(".list-mine [data-row]");
  await page.locator(".step input").first().click();
  await page.locator(".step input:checked").first().waitFor();
  await ring(varde.demo, devices[7], signals[5]);
  await page.waitForFunction(() => !document.querySelector(".row-gone"));
  await page.locator(".pane").hover();
  writeFileSync(target, await page.screenshot());
} finally {
  await browser.close();
  await varde.stop();
}
