// Takes pictures of the pages in every size, theme and language, over a stand-in server, for a person to look at.
import { launch, open, picture } from "./lib/browser.mjs";
import { large, onDuty, row, signIn, small } from "./lib/desk.mjs";
import { startMock } from "./mock/server.mjs";

const mock = await startMock();
const { world } = mock;
world.raise({ resident: "per", kind: "fall", lane: "care", ago: 38, place: "Bad" });
world.raise({ resident: "kari-h", kind: "door", lane: "care", ago: 9, place: "Inngangsdør" });
world.raise({ resident: "astrid", kind: "battery", lane: "technical", ago: 400 });
const life = world.raise({ resident: "astrid", ago: 72, repeats: 3, text: "Trykk på knapp" });
const cleared = world.raise({ resident: "liv", kind: "bed", lane: "care", ago: 20 });
world.clear(cleared);
const other = world.raise({ resident: "anders", kind: "stove", lane: "care", ago: 300 });
world.as("ola", "Ola Dahl", other, "claim");
world.as("ola", "Ola Dahl", other, "dispatch", { team: "natt", message: "Komfyren står på" });

const browser = await launch();
try {
  for (const [name, size] of [["1920", large], ["1280", small]]) {
    for (const theme of ["natt", "dag"]) {
      const language = theme === "natt" ? "nb" : "en";
      const page = await onDuty(browser, mock.origin, { size, look: { theme, language } });
      await page.waitForSelector(row(life));
      await picture(page, `desk-${name}-${theme}-queue`);
      await page.click(`${row(life)} .row-open`);
      await page.waitForSelector(".history time");
      await page.waitForSelector(".leaflet-marker-icon");
      await picture(page, `desk-${name}-${theme}-case`);
      for (const key of ["F1", "Control+k"]) {
        await page.keyboard.press(key);
        await page.waitForSelector("dialog");
        await picture(page, `desk-${name}-${theme}-${key}`);
        await page.keyboard.press("Escape");
      }
      if (page.faults.length) console.error(page.faults);
      await page.context().close();
    }
  }
  for (const theme of ["natt", "dag"]) {
    const page = await open(browser, { width: 390, height: 844, hasTouch: true, isMobile: true });
    const kept = JSON.stringify({ theme, language: theme === "natt" ? "nb" : "en" });
    await page.addInitScript((text) => localStorage.setItem("varde.look", text), kept);
    await signIn(page, mock.origin, "ingrid", undefined, "/felt");
    await page.waitForSelector(".next");
    await picture(page, `felt-${theme}-offer`);
    await page.click(".back");
    await picture(page, `felt-${theme}-list`);
    if (theme === "natt") continue;
    await page.locator(".line").first().click();
    await page.click(".next");
    await page.getByRole("button", { name: "Show code" }).click();
    await page.waitForSelector(".code");
    await picture(page, `felt-${theme}-accepted`);
    await page.screenshot({ path: "shots/felt-full.png", fullPage: true });
    await page.click(".next");
    await page.click(".next");
    await page.getByRole("button", { name: "Done" }).click();
    await picture(page, `felt-${theme}-done`);
  }
} finally {
  await browser.close();
  await mock.stop();
}
