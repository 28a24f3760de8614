// The link to the server, the sound, the keys and the settings: what must hold through a whole night.
import assert from "node:assert/strict";
import { accessible, picture, until } from "./lib/browser.mjs";
import { onDuty, row, small } from "./lib/desk.mjs";
import { stories } from "./lib/story.mjs";

const story = stories();

story("a silent server is said at ten and fifteen seconds, and nothing can be taken meanwhile", async ({ browser, origin, mock, world }) => {
  const id = world.raise({ resident: "astrid" });
  const page = await onDuty(browser, origin, { clock: true });
  await page.waitForSelector(row(id));
  mock.beats = false;
  await page.clock.fastForward(11_000);
  await page.getByText(/^Ustabil, sist/).waitFor();
  mock.up = false;
  await page.clock.fastForward(6_000);
  await page.locator(".banner", { hasText: "Listen kan være utdatert" }).waitFor();
  assert.equal(await page.locator(`${row(id)} .row-act button`).getAttribute("aria-disabled"), "true");
  await page.getByText("Kan ikke ta: ingen kontakt med serveren").first().waitFor();
  await page.click(`${row(id)} .row-act button`, { force: true });
  await accessible(page, "no contact");
  await picture(page, "desk-1920-no-contact");
  assert.equal(world.requests.filter((r) => r.path.endsWith("/claim")).length, 0);

  for (const resident of ["per", "liv", "anders"]) world.raise({ resident, lane: "care" });
  mock.up = true;
  mock.beats = true;
  await page.clock.fastForward(10_000);
  await page.getByText("3 nye mens forbindelsen var nede").first().waitFor();
  await picture(page, "desk-1920-back");
  await page.click(`${row(id)} .row-act button`);
  await page.waitForSelector(`.list-mine ${row(id)}`);
});

story("a dropped connection comes back by itself with its resume token", async ({ browser, origin, mock, world }) => {
  const page = await onDuty(browser, origin);
  await page.getByText(/^Direkte/).waitFor();
  const resumed = page.waitForEvent("websocket");
  mock.dropSockets();
  assert.match((await resumed).url(), /resume=t0/);
  const id = world.raise({ resident: "astrid" });
  await page.waitForSelector(row(id));
});

story("a difference is shown, and one from what it never had makes the page begin anew", async ({ browser, origin, mock, world }) => {
  const id = world.raise({ resident: "astrid" });
  const page = await onDuty(browser, origin);
  await page.waitForSelector(row(id));
  const version = world.active()[0].version;
  mock.tellDifference(id, version, { version: version + 1, repeats_24h: 7 });
  await page.locator(row(id)).getByText("7 tidligere").waitFor();

  const anew = page.waitForEvent("websocket");
  mock.tellDifference(id, version + 5, { version: version + 6, repeats_24h: 9 });
  assert.doesNotMatch((await anew).url(), /resume=/);
  await page.locator(row(id)).getByText("7 tidligere").waitFor({ state: "detached" });
});

story("when a right is taken back, the page forgets everything at once", async ({ browser, origin, mock, world }) => {
  const id = world.raise({ resident: "astrid" });
  const page = await onDuty(browser, origin);
  await page.click(`${row(id)} .row-open`);
  await page.getByRole("heading", { name: "Astrid Olsen (84)" }).waitFor();
  await until("sounding", () => page.evaluate(() => document.documentElement.dataset.sounding === "life"));
  mock.bye("revoked");
  await page.getByText("Tilgangen din er endret. Logg inn igjen.").waitFor();
  assert.ok(!(await page.content()).includes("Astrid"));
  assert.equal(await page.evaluate(() => document.documentElement.dataset.sounding), "");
});

story("blocked sound is said with the way to unblock it", async ({ browser, origin }) => {
  const page = await onDuty(browser, origin, {
    // Headless Chromium never blocks sound: the state is made up.
    init: () => {
      const real = AudioContext.prototype;
      window.blocked = true;
      Object.defineProperty(real, "state", { get: () => (window.blocked ? "suspended" : "running") });
    },
  });
  const button = page.getByRole("button", { name: "Lyden er blokkert – trykk her" });
  await button.waitFor();
  await accessible(page, "blocked sound");
  await page.evaluate(() => (window.blocked = false));
  await button.click();
  await button.waitFor({ state: "detached" });
  await page.getByText("Lyd på").waitFor();
});

story("of two windows one sounds, and the other takes over when it is closed", async ({ browser, origin, world }) => {
  const first = await onDuty(browser, origin);
  await first.getByText("Lyd på").waitFor();
  const second = await first.context().newPage();
  second.faults = [];
  await second.goto(origin);
  await second.click(".panel button.primary");
  await second.getByText("Lyd i annet vindu").waitFor();
  world.raise({ resident: "astrid" });
  await until("first sounds", () => first.evaluate(() => document.documentElement.dataset.sounding === "life"));
  assert.equal(await second.evaluate(() => document.documentElement.dataset.sounding), "");
  await first.close();
  await second.getByText("Lyd på").waitFor();
  await until("second sounds", () => second.evaluate(() => document.documentElement.dataset.sounding === "life"));
});

story("silence lasts thirty seconds, is shown, and ends at once for a new alarm", async ({ browser, origin, world }) => {
  const id = world.raise({ resident: "astrid" });
  const page = await onDuty(browser, origin, { clock: true });
  const sounding = () => page.evaluate(() => document.documentElement.dataset.sounding);
  await until("life", async () => (await sounding()) === "life");
  await page.keyboard.press("s");
  await page.waitForSelector(`${row(id)} .badge-silenced`);
  await until("quiet", async () => (await sounding()) === "");
  await page.getByText(/^Stille \d+ s$/).waitFor();
  world.join(id);
  await until("life again", async () => (await sounding()) === "life");
  await page.keyboard.press("s");
  await until("quiet again", async () => (await sounding()) === "");
  await page.clock.fastForward(31_000);
  await until("back by itself", async () => (await sounding()) === "life");
});

story("the window's title, icon and live regions call without a name", async ({ browser, origin, world }) => {
  const page = await onDuty(browser, origin);
  await page.getByText(/Ingen ubesvarte alarmer\. Sist kontakt \d\d:\d\d:\d\d\./).waitFor();
  world.raise({ resident: "per", lane: "care" });
  world.raise({ resident: "astrid" });
  await until("title", async () => /^\(2\) AKUTT \d\d:\d\d – /.test(await page.title()));
  assert.match(await page.locator("#favicon").getAttribute("href"), /life\.svg/);
  await until("said now", async () => (await page.locator("#say-now").textContent()).includes("Akutt: Trygghetsalarm, Solvik"));
  await until("said soon", async () => (await page.locator("#say-soon").textContent()).includes("Omsorg"));
  const spoken = await page.locator("#say-now, #say-soon").allTextContents();
  assert.ok(!/Olsen|Nilsen/.test(spoken.join()));
});

story("the newest thing one did can be taken back, and Esc closes no case", async ({ browser, origin, world }) => {
  const id = world.raise({ resident: "astrid" });
  const page = await onDuty(browser, origin);
  await page.waitForSelector(row(id));
  await page.keyboard.press("n");
  await page.getByRole("button", { name: "Angre" }).waitFor();
  await page.keyboard.press("Control+z");
  await until("released", () => world.cases.get(id).state === "open");
  await page.keyboard.press("n");
  await page.waitForSelector(`.list-mine ${row(id)}`);
  await page.keyboard.press("Escape");
  await page.getByText("Ingen hendelse er åpnet.").waitFor();
  assert.equal(world.cases.get(id).state, "claimed");
});

story("keys do nothing when switched off, in a text field, or outside queue and case", async ({ browser, origin, world }) => {
  world.raise({ resident: "astrid" });
  const page = await onDuty(browser, origin, { look: { keysOn: false } });
  await page.waitForSelector("[data-row]");
  await page.keyboard.press("n");
  await page.getByRole("button", { name: "Innstillinger" }).click();
  await accessible(page, "settings");
  await page.getByLabel("Bruk hurtigtaster").check();
  await page.keyboard.press("n");
  await page.getByRole("button", { name: "Ferdig" }).click();
  await page.keyboard.press("n");
  assert.equal(world.requests.filter((r) => r.path.endsWith("/next")).length, 0);
  await page.locator(".queue").focus();
  await page.keyboard.press("n");
  await until("next", () => world.requests.some((r) => r.path.endsWith("/next")));
});

story("search finds by name, street and type, and the others' cases can be taken over one by one", async ({ browser, origin, world }) => {
  world.raise({ resident: "astrid" });
  const other = world.raise({ resident: "per", kind: "fall", lane: "care" });
  world.as("ola", "Ola Dahl", other, "claim");
  const page = await onDuty(browser, origin);
  await page.waitForSelector(row(other));
  await page.keyboard.press("Control+k");
  await page.keyboard.type("strandgata fall");
  await page.getByText("1 treff").waitFor();
  await accessible(page, "search");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Per Nilsen (79)" }).waitFor();
  await page.getByText("Ola Dahl har hendelsen.").waitFor();
  await page.locator("summary", { hasText: "Lister" }).click();
  await page.getByRole("button", { name: "Vaktskifte" }).click();
  await accessible(page, "hand-over");
  await page.locator("dialog").getByRole("button", { name: "Overta" }).click();
  await until("taken over", () => world.cases.get(other).owner.user === "kari");
  await page.getByRole("button", { name: "Ferdig" }).click();
  await page.getByText("Overtatt fra Ola Dahl").waitFor();
});

story("both themes, both languages and the largest text are accessible and fit", async ({ browser, origin, world }) => {
  const id = world.raise({ resident: "astrid", ago: 70, repeats: 2 });
  world.raise({ resident: "per", lane: "care", ago: 20 });
  world.raise({ resident: "anders", lane: "technical", kind: "battery" });
  for (const look of [{ theme: "dag", language: "en", size: 150 }, { theme: "natt", language: "en", size: 130 }, { theme: "dag", size: 115 }]) {
    const page = await onDuty(browser, origin, { size: small, look });
    await page.click(`${row(id)} .row-open`);
    await page.waitForSelector(".history time");
    await page.waitForSelector(".leaflet-marker-icon");
    await accessible(page, JSON.stringify(look));
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), JSON.stringify(look));
    await picture(page, `desk-1280-${look.theme}-${look.size}`);
    await page.keyboard.press("F1");
    await accessible(page, "help");
    await page.context().close();
  }
});

story("the map works without tiles, and says where in figures", async ({ browser, origin, world }) => {
  const id = world.raise({ resident: "astrid" });
  const page = await onDuty(browser, origin);
  await page.click(`${row(id)} .row-open`);
  await page.waitForSelector(".leaflet-marker-icon");
  await page.getByText("60.39100, 5.32200").waitFor();
  await page.getByText("Kartbilder er ikke satt opp.").waitFor();
  const none = world.raise({ resident: "anders" });
  await page.mouse.move(1500, 1000);
  await page.click(`.list-unanswered ${row(none)} .row-open`);
  await page.getByText("Ingen koordinater er registrert.").waitFor();
});
