// What the feed says as differences: put together it is exactly what the server has, and what can't be put together is
// not guessed.
import { beforeEach, describe, expect, it } from "vitest";
import { Told, withDifference } from "../common/difference";
import type { LiveChange } from "../common/live_types";
import { take } from "../desk/feed";
import { cases } from "../desk/store";
import { aCase } from "./helpers";

describe("a difference", () => {
  it("is put onto objects member by member and onto lists by place", () => {
    const held = { a: { b: 1, c: 2 }, l: [{ n: 1, m: 0 }], o: null, s: [1, 2] };
    const differs = { a: { c: 3 }, l: { "0": { n: 5 }, "1": { n: 6, m: 0 } }, o: { user: "kari" }, s: [2] };
    expect(withDifference(held, differs)).toEqual({
      a: { b: 1, c: 3 },
      l: [{ n: 5, m: 0 }, { n: 6, m: 0 }],
      o: { user: "kari" },
      s: [2],
    });
    expect(held).toEqual({ a: { b: 1, c: 2 }, l: [{ n: 1, m: 0 }], o: null, s: [1, 2] });
  });

  it("takes away what it says is gone", () => {
    expect(withDifference({ owner: { user: "kari" }, note: "x" }, { owner: null, note: "" })).toEqual({ owner: null, note: "" });
  });
});

describe("what the feed has told", () => {
  const first = aCase({ id: "solvik.r-1.1", version: 3 });
  const repeat = (base: number): LiveChange => ({ id: first.id, base, differs: { version: base + 1, signal_count: base + 1 } });
  let told: Told;
  beforeEach(() => {
    told = new Told();
    told.begin([first]);
  });

  it("is what the next difference is from", () => {
    expect(told.take([repeat(3)])).toEqual([{ ...first, version: 4, signal_count: 4 }]);
    expect(told.take([repeat(4)])).toEqual([{ ...first, version: 5, signal_count: 5 }]);
  });

  it("gives a new case that is like another, as that was before the frame", () => {
    const other: LiveChange = { id: "solvik.r-2.1", like: first.id, base: 3, differs: { id: "solvik.r-2.1", version: 1 } };
    expect(told.take([repeat(3), other])?.[1]).toEqual({ ...first, id: "solvik.r-2.1", version: 1 });
  });

  it("takes nothing of a frame that is from another version or another case", () => {
    expect(told.take([repeat(3), repeat(9)])).toBeNull();
    expect(told.take([{ id: "solvik.r-9.1", base: 1, differs: { version: 2 } }])).toBeNull();
    expect(told.take([repeat(3)])).not.toBeNull();
  });

  it("forgets a case that is closed", () => {
    expect(told.take([{ id: first.id, base: 3, differs: { version: 4, state: "closed" } }])).not.toBeNull();
    expect(told.take([repeat(4)])).toBeNull();
  });
});

describe("the console", () => {
  const at = "2026-11-22T01:00:00.000Z";

  it("shows what the differences say, also over what a command answered meanwhile", () => {
    const c = aCase({ version: 3 });
    take({ type: "snapshot", token: "t", at, cases: [c] });
    cases.value = new Map([[c.id, { ...c, version: 4, attention: true }]]);
    const changes = [{ id: c.id, base: 3, differs: { version: 5, attention: true, cleared: true } }];
    expect(take({ type: "changes", token: "t", changes })).toBe(true);
    expect(cases.value.get(c.id)).toEqual({ ...c, version: 5, attention: true, cleared: true });
  });

  it("asks to begin anew when it can't go on, and shows what it had until then", () => {
    const c = aCase({ version: 3 });
    take({ type: "snapshot", token: "t", at, cases: [c] });
    expect(take({ type: "changes", token: "t", changes: [{ id: c.id, base: 7, differs: { version: 8 } }] })).toBe(false);
    expect(cases.value.get(c.id)).toEqual(c);
  });
});
