// The console against the stand-in server: the working day, and the behaviours that a real server rarely shows.
import assert from "node:assert/strict";
import { accessible, open, until } from "./lib/browser.mjs";
import { large, onDuty, row, signIn } from "./lib/desk.mjs";
import { stories } from "./lib/story.mjs";

const story = stories();

story("a wrong password is said plainly and a one-time code is asked for when it is needed", async ({ browser, origin }) => {
  const page = await open(browser, large);
  await signIn(page, origin, "ola", "feil");
  await page.getByText("Brukernavn eller passord er feil.").waitFor();
  await accessible(page, "sign-in");
  await signIn(page, origin, "ola");
  await page.fill("input[name=totp]", "123456");
  await page.click("button[type=submit]");
  await page.getByRole("heading", { name: "Start vakt" }).waitFor();
  await accessible(page, "start of shift");
});

story("a case is taken, worked and closed by keyboard alone", async ({ browser, origin, world }) => {
  const id = world.raise({ ago: 20, resident: "astrid" });
  const page = await onDuty(browser, origin);
  await page.waitForSelector(row(id));
  await accessible(page, "queue");
  await page.keyboard.press("n");
  await page.waitForSelector(`.list-mine ${row(id)}`);
  await page.getByRole("heading", { name: "Astrid Olsen (84)" }).waitFor();
  await page.waitForSelector(".history time");
  await accessible(page, "case");

  await page.keyboard.press("m");
  await page.locator("dialog textarea:focus").waitFor();
  await page.keyboard.type("Svarer ikke");
  await accessible(page, "note");
  await page.keyboard.press("Control+Enter");
  await page.locator(".history-note", { hasText: "Svarer ikke" }).waitFor();

  await page.keyboard.press("u");
  await page.getByRole("radio", { name: /Nattpatruljen/ }).press("Space");
  await accessible(page, "dispatch");
  await page.keyboard.press("Tab");
  await page.keyboard.type("Ta med nøkkel");
  await page.getByRole("button", { name: "Send" }).press("Enter");
  await page.locator(".visit", { hasText: "Nattpatruljen: Sendt" }).waitFor();

  await page.keyboard.press("a");
  await page.getByRole("radio", { name: "Reell" }).press("Space");
  await accessible(page, "close");
  await page.getByRole("button", { name: "Avslutt" }).last().press("Enter");
  await page.locator("dialog .form-state", { hasText: "Velg årsak." }).waitFor();
  await page.getByLabel("Årsak").selectOption("fall");
  await page.locator("dialog button[type=submit]").press("Enter");
  await page.getByText("kommer ingen til Astrid Olsen").waitFor();
  await accessible(page, "warning before closing");
  await page.getByRole("button", { name: "Avslutt likevel" }).press("Enter");
  await until("closed", () => world.cases.get(id).state === "closed");
  await page.locator(`.list-mine ${row(id)}`).waitFor({ state: "detached" });
  assert.equal(world.cases.get(id).outcome.cause, "fall");
});

story("every command carries the version, a key of its own and the CSRF token, and no URL a name", async ({ browser, origin, world }) => {
  const id = world.raise({});
  const page = await onDuty(browser, origin);
  await page.click(`${row(id)} .row-act button`);
  await page.waitForSelector(`.list-mine ${row(id)}`);
  await page.getByLabel("Ring hjemmet").click();
  await until("ticked", () => world.cases.get(id).steps[0].done);
  const commands = world.requests.filter((r) => r.method === "POST" && r.path.includes("/cases/"));
  assert.equal(commands.length, 2);
  assert.equal(new Set(commands.map((r) => r.headers["idempotency-key"])).size, 2);
  for (const command of commands) {
    assert.ok(command.body.version >= 1);
    assert.ok(command.headers["x-csrf-token"]);
  }
  await until("here", () => world.requests.some((r) => r.method === "WS" && r.body.type === "here"));
  assert.ok(!world.requests.some((r) => /Olsen|Astrid/.test(decodeURIComponent(r.path))));
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
  assert.ok(!/Olsen|Astrid|Åslia/.test(kept));
});
