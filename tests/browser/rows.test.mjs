// The list of the untaken: nothing moves under a hand, nobody is told late, and a press takes what it was meant for.
import assert from "node:assert/strict";
import { accessible, picture, until } from "./lib/browser.mjs";
import { onDuty, row, small } from "./lib/desk.mjs";
import { stories } from "./lib/story.mjs";

const story = stories();
const ids = (page, list) =>
  page.locator(`${list} [data-row]`).evaluateAll((rows) => rows.map((one) => one.dataset.row));

story("while the pointer is in the list a new life alarm waits in the strip, readable and takeable", async ({ browser, origin, world }) => {
  const care = world.raise({ resident: "per", kind: "fall", lane: "care" });
  const page = await onDuty(browser, origin);
  await page.hover(`${row(care)} .row-open`);
  const before = await page.locator(row(care)).boundingBox();
  const life = world.raise({ resident: "astrid" });
  await page.locator(`.strip ${row(life)} .row-open`, { hasText: "Astrid Olsen (84)" }).waitFor();
  world.raise({ resident: "liv", kind: "bed", lane: "care" });
  await page.getByText("+1 til, høyeste 2").waitFor();
  assert.deepEqual(await page.locator(row(care)).boundingBox(), before);
  await accessible(page, "strip");
  await page.mouse.move(1500, 1000);
  await page.waitForSelector(`.list-unanswered ${row(life)}`);
  assert.equal((await ids(page, ".list-unanswered"))[0], life);

  await page.hover(`${row(care)} .row-open`);
  const second = world.raise({ resident: "anders" });
  await page.click(`.strip ${row(second)} .row-act button`);
  await page.waitForSelector(`.list-mine ${row(second)}`);
});

story("for three seconds after a key the rows stay where they are", async ({ browser, origin, world }) => {
  const care = world.raise({ resident: "per", lane: "care" });
  const page = await onDuty(browser, origin, { clock: true });
  await page.waitForSelector(row(care));
  await page.keyboard.press("j");
  const life = world.raise({ resident: "astrid" });
  await page.waitForSelector(`.strip ${row(life)}`);
  await page.clock.fastForward(3500);
  await page.waitForSelector(`.list-unanswered ${row(life)}`);
});

story("a press belongs to the row it began on", async ({ browser, origin, world }) => {
  const first = world.raise({ resident: "astrid", ago: 20 });
  const second = world.raise({ resident: "anders", ago: 10 });
  const page = await onDuty(browser, origin);
  await page.hover(`${row(first)} .row-act button`);
  await page.mouse.down();
  await page.hover(`${row(second)} .row-act button`);
  await page.mouse.up();
  await page.hover(`${row(first)} .row-act button`);
  assert.equal(world.requests.filter((r) => r.path.endsWith("/claim")).length, 0);
});

story("a row that someone else took says so for five seconds", async ({ browser, origin, world }) => {
  const id = world.raise({ resident: "astrid" });
  const page = await onDuty(browser, origin, { clock: true });
  await page.waitForSelector(row(id));
  world.as("ola", "Ola Dahl", id, "claim");
  await page.locator(`.list-unanswered ${row(id)}`).getByText(/Tatt av Ola Dahl \d\d:\d\d/).waitFor();
  await page.waitForSelector(`.list-working ${row(id)}`);
  await page.clock.fastForward(6000);
  await page.locator(`.list-unanswered ${row(id)}`).waitFor({ state: "detached" });
});

story("the one who comes second sees who was first", async ({ browser, origin, world }) => {
  const id = world.raise({ resident: "astrid" });
  const page = await onDuty(browser, origin);
  await page.waitForSelector(row(id));
  world.trap = { verb: "claim", before: () => world.as("ola", "Ola Dahl", id, "claim") };
  await page.click(`${row(id)} .row-act button`);
  await page.getByText("Ola Dahl tok den først.").first().waitFor();
  assert.equal(world.cases.get(id).owner.user, "ola");
});

story("a failed take leaves the row with the error, and trying again uses the same key", async ({ browser, origin, world }) => {
  const id = world.raise({ resident: "astrid" });
  const page = await onDuty(browser, origin);
  await page.waitForSelector(row(id));
  let firstKey;
  const cut = (route) => {
    firstKey = route.request().headers()["idempotency-key"];
    return route.abort();
  };
  await page.route("**/claim", cut);
  await page.click(`${row(id)} .row-act button`);
  await page.locator(row(id)).getByText("Fikk ikke kontakt med serveren.").waitFor();
  await accessible(page, "failed take");
  await page.unroute("**/claim");
  await page.locator(row(id)).getByRole("button", { name: "Prøv igjen" }).click();
  await page.waitForSelector(`.list-mine ${row(id)}`);
  const keys = world.requests.filter((r) => r.path.endsWith("/claim")).map((r) => r.headers["idempotency-key"]);
  assert.deepEqual(keys, [firstKey]);
});

story("a server that asks to try again in a moment is asked again by itself", async ({ browser, origin, world }) => {
  const id = world.raise({ resident: "astrid" });
  const page = await onDuty(browser, origin);
  await page.waitForSelector(row(id));
  world.trap = { verb: "claim", status: 503, code: "retry" };
  await page.click(`${row(id)} .row-act button`);
  await page.waitForSelector(`.list-mine ${row(id)}`);
});

story("one more alarm does not keep anybody from taking the case", async ({ browser, origin, world }) => {
  const id = world.raise({ resident: "astrid" });
  const page = await onDuty(browser, origin);
  await page.waitForSelector(row(id));
  world.trap = { verb: "claim", before: () => world.join(id) };
  await page.click(`${row(id)} .row-act button`);
  await page.waitForSelector(`.list-mine ${row(id)}`);
  const versions = world.requests.filter((r) => r.path.endsWith("/claim")).map((r) => r.body.version);
  assert.deepEqual(versions, [1, 2]);
});

story("a command on a case that changed says what changed, and goes through on the second try", async ({ browser, origin, world }) => {
  const id = world.raise({ resident: "astrid" });
  const page = await onDuty(browser, origin);
  await page.waitForSelector(row(id));
  await page.keyboard.press("n");
  await page.getByLabel("Ring hjemmet").waitFor();
  world.trap = { verb: "step", before: () => world.join(id) };
  await page.getByLabel("Ring hjemmet").click();
  await page.locator(".failure", { hasText: "Ny alarm i hendelsen" }).waitFor();
  await accessible(page, "what changed");
  await page.locator(".failure").getByRole("button", { name: "Prøv igjen" }).click();
  await until("ticked", () => world.cases.get(id).steps[0].done);
});

story("who waits long is marked at half a minute and a minute, and shown to everyone at three", async ({ browser, origin, world }) => {
  const fresh = world.raise({ resident: "astrid", lane: "care", ago: 3 });
  const half = world.raise({ resident: "kari-h", lane: "care", ago: 35 });
  const minute = world.raise({ resident: "anders", lane: "care", ago: 65 });
  const elsewhere = world.raise({ resident: "liv", lane: "care", ago: 140 });
  const page = await onDuty(browser, origin, { clock: true });
  await page.waitForSelector(`${row(half)} .waited-long`);
  await page.waitForSelector(`${row(minute)} .waited-over`);
  await page.locator(row(minute)).getByText("Over frist").waitFor();
  assert.equal(await page.locator(`${row(fresh)} .waited-long, ${row(fresh)} .waited-over`).count(), 0);
  await page.click(".menu summary");
  await page.getByLabel("Fjelldal").uncheck();
  await accessible(page, "municipalities");
  await page.click(".menu summary");
  await page.mouse.move(1500, 1000);
  await page.locator(`.list-unanswered ${row(elsewhere)}`).waitFor({ state: "detached" });
  await page.clock.fastForward(45_000);
  await page.waitForSelector(`.list-unanswered ${row(elsewhere)}`);
});

story("a flood is said, grouped on request, and never hides a life alarm", async ({ browser, origin, world }) => {
  for (let i = 0; i < 12; i += 1) world.raise({ resident: `gateway-${i}`, kind: "mains", lane: "technical", ago: i });
  const life = [1, 2, 3].map((ago) => world.raise({ resident: "astrid", ago }));
  world.watched.load.centre = { cases: 15, operators: 1, per_operator: 15, flood: true };
  const page = await onDuty(browser, origin, { size: small });
  await page.locator(".flood").getByText("For mange alarmer: hele sentralen.").waitFor();
  await page.getByText(/^\+\d+ under, høyeste T$/).waitFor();
  await picture(page, "desk-1280-flood");
  await page.getByRole("button", { name: "etter årsak" }).click();
  await page.getByText("Strømbrudd: 12 hendelser").waitFor();
  for (const id of life) await page.waitForSelector(`.list-unanswered ${row(id)}`);
  await accessible(page, "flood");
  await picture(page, "desk-1280-flood-grouped");
});

story("badges say by shape and number what the case waits for", async ({ browser, origin, world }) => {
  const cleared = world.raise({ resident: "liv", lane: "care" });
  world.clear(cleared);
  const taken = world.raise({ resident: "per", lane: "care" });
  const low = world.raise({ resident: "kari-h", lane: "care", kind: "door", priority: 3 });
  world.as("ola", "Ola Dahl", taken, "claim");
  const page = await onDuty(browser, origin);
  await page.waitForSelector(`${row(cleared)} .badge-care.badge-cleared`);
  await page.waitForSelector(`${row(taken)} .badge-care.badge-taken`);
  await page.waitForSelector(`${row(low)} .badge-low.badge-untaken`);
  assert.equal(await page.locator(`${row(low)} .badge-mark`).textContent(), "3");
  const pulsing = await page.locator(".badge-shape").evaluateAll((all) => all.filter((e) => getComputedStyle(e).animationName !== "none").length);
  assert.equal(pulsing, 1);
  assert.equal((await page.locator(row(low)).boundingBox()).height, 72);
});
