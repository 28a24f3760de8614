// The frame of a browser test: one browser a file, a fresh stand-in server a test, and no page may have logged a fault.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startMock } from "../mock/server.mjs";
import { launch } from "./browser.mjs";

/** Gives `story(name, run)`; `run` gets {browser, mock, world, origin}. */
export function stories() {
  let browser;
  before(async () => (browser = await launch()));
  after(() => browser.close());
  return (name, run) =>
    test(name, async () => {
      const mock = await startMock();
      try {
        await run({ browser, mock, world: mock.world, origin: mock.origin });
        for (const context of browser.contexts()) {
          for (const page of context.pages()) assert.deepEqual(page.faults, []);
        }
      } finally {
        for (const context of browser.contexts()) await context.close();
        await mock.stop();
      }
    });
}
