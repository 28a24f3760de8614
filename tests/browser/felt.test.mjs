// The field page against the stand-in server: an assignment from offer to done, also where there is no coverage.
import assert from "node:assert/strict";
import { accessible, open, until } from "./lib/browser.mjs";
import { signIn } from "./lib/desk.mjs";
import { stories } from "./lib/story.mjs";

const phone = { width: 390, height: 844, hasTouch: true, isMobile: true };
const story = stories();

async function onCall(browser, origin) {
  const page = await open(browser, phone);
  await signIn(page, origin, "ingrid", undefined, "/felt");
  return page;
}
function offer(world, resident = "astrid") {
  const id = world.raise({ resident });
  world.as("kari", "Kari Nordmann", id, "claim");
  world.as("kari", "Kari Nordmann", id, "dispatch", { team: "natt", message: "Svarer ikke på anrop" });
  return id;
}

story("an offer arrives by itself, and is taken from accept to done with a note", async ({ browser, origin, world }) => {
  const page = await onCall(browser, origin);
  await page.getByText("Ingen oppdrag nå.").waitFor();
  await accessible(page, "no assignments");
  const id = offer(world);
  await page.getByText("Åslia 3").waitFor();
  await page.getByText("2. etasje, 4. dør fra venstre").waitFor();
  await page.getByText("Svarer ikke på anrop").waitFor();
  await accessible(page, "offer");

  await page.click(".next");
  await page.getByRole("button", { name: "Jeg rykker ut" }).waitFor();
  await page.getByText(/^Sendt \d\d:\d\d$/).waitFor();
  await page.getByRole("button", { name: "Vis kode" }).click();
  await page.getByText("4711").waitFor();
  await accessible(page, "accepted");
  await page.click(".next");
  await page.getByRole("button", { name: "Jeg er framme" }).click();
  await page.getByRole("button", { name: "Ferdig" }).click();
  await page.fill("dialog textarea", "Fallen på badet, ikke skadet");
  await accessible(page, "done");
  await page.click("dialog button[type=submit]");
  await until("done", () => world.cases.get(id).visits[0].state === "done");
  assert.equal(world.cases.get(id).visits[0].note, "Fallen på badet, ikke skadet");
  assert.ok(world.requests.filter((r) => r.path.includes("/visits/")).every((r) => r.headers["idempotency-key"]));
});

story("an offer is declined with a reason", async ({ browser, origin, world }) => {
  const id = offer(world);
  const page = await onCall(browser, origin);
  await page.getByRole("button", { name: "Avslå" }).click();
  await page.getByLabel("For langt unna").check();
  await accessible(page, "decline");
  await page.click("dialog button[type=submit]");
  await until("declined", () => world.cases.get(id).visits[0].state === "declined");
  assert.equal(world.cases.get(id).visits[0].reason, "For langt unna");
});

story("several assignments begin with a list, most urgent first", async ({ browser, origin, world }) => {
  offer(world, "astrid");
  offer(world, "per");
  const page = await onCall(browser, origin);
  await page.getByRole("heading", { name: "Oppdrag" }).waitFor();
  await page.locator(".visit-list .line").nth(1).waitFor();
  assert.equal(await page.locator(".visit-list .line").count(), 2);
  await accessible(page, "list");
  await page.locator(".line", { hasText: "Strandgata 2" }).click();
  await page.getByText("1. etasje, 1. dør fra venstre").waitFor();
  await page.getByRole("button", { name: /Alle oppdrag/ }).click();
  await page.getByRole("heading", { name: "Oppdrag" }).waitFor();
});

story("what is done without coverage is kept, survives a reload, and is sent once and in order", async ({ browser, origin, mock, world }) => {
  const id = offer(world);
  const page = await onCall(browser, origin);
  await page.waitForSelector(".next");
  mock.up = false;
  mock.dropSockets();
  await page.click(".next");
  await page.getByText("Lagret på telefonen – sendes").waitFor();
  await page.getByRole("button", { name: "Jeg rykker ut" }).click();
  await page.getByRole("button", { name: "Jeg er framme" }).waitFor();
  mock.up = true;
  await page.reload();
  await until("en route", () => world.cases.get(id).visits[0].state === "en_route");
  // What was under way when the page was reloaded comes again with the same key, and counts once.
  const posts = world.requests.filter((r) => r.method === "POST" && r.path.includes("/visits/"));
  const sent = [...new Map(posts.map((r) => [r.headers["idempotency-key"], r])).values()];
  assert.deepEqual(sent.map((r) => r.path.split("/").at(-1)), ["accept", "en-route"]);
  assert.ok(sent.every((r) => Date.parse(r.body.device_time) > 0));
  await page.getByRole("button", { name: "Jeg er framme" }).waitFor();
});

story("everything one can press is at least 56 px high, and nothing is wider than the phone", async ({ browser, origin, world }) => {
  offer(world);
  const page = await onCall(browser, origin);
  await page.waitForSelector(".next");
  const heights = await page.locator("button:visible, a:visible").evaluateAll((all) => all.map((e) => e.getBoundingClientRect().height));
  assert.ok(heights.length >= 5);
  assert.ok(Math.min(...heights) >= 56, String(heights));
  assert.ok((await page.locator(".next").boundingBox()).height >= 72);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  assert.match(await page.getByRole("link", { name: "Vis vei" }).getAttribute("href"), /60\.391,5\.322/);
  assert.equal(await page.getByRole("link", { name: "Ring sentralen" }).getAttribute("href"), "tel:+4755000000");
});

story("after signing out nothing of anybody is left in the browser", async ({ browser, origin, world }) => {
  offer(world);
  const page = await onCall(browser, origin);
  await page.click(".next");
  await page.getByText(/^Sendt \d\d:\d\d$/).waitFor();
  await page.getByRole("button", { name: /Alle oppdrag/ }).click();
  await page.getByRole("button", { name: "Logg ut" }).click();
  await page.getByRole("button", { name: "Logg inn" }).waitFor();
  const left = await page.evaluate(async () => {
    const texts = [JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage }), document.body.innerText];
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) texts.push(request.url);
    }
    for (const { name } of await indexedDB.databases()) {
      const db = await new Promise((done) => (indexedDB.open(name).onsuccess = (e) => done(e.target.result)));
      for (const store of db.objectStoreNames) {
        const all = db.transaction(store).objectStore(store).getAll();
        texts.push(JSON.stringify(await new Promise((done) => (all.onsuccess = () => done(all.result)))));
      }
      db.close();
    }
    return texts.join("\n");
  });
  assert.ok(!/Astrid|Olsen|Åslia|api\/v1/.test(left), left);
});
