// What a page says and does when its node is cut off, goes down or takes something back.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { get, RequestError } from "../common/api";
import { now } from "../common/clock";
import { blipMs, forgetCondition, hearCondition, notice } from "../common/condition";
import { t } from "../common/i18n";
import { moveDelayMs, startLive } from "../common/live";
import type { LiveFrame } from "../common/live_types";
import { noticeText } from "../common/notice";
import { language } from "../common/prefs";
import type { CaseAlone, HistoryItem } from "../common/types";
import { instead, startDetail, undoable, vanished } from "../desk/case_detail";
import { startFeed } from "../desk/feed";
import { sayActor, sayItem } from "../desk/history";
import { cases, openId, session } from "../desk/store";
import { aCase, aSession } from "./helpers";

const calm = { island_since: null, reconciling: false, disk_failed_since: null, replicas_missing: false };
const start = Date.parse("2026-11-22T13:32:00.000Z");
const at = (ms: number) => new Date(start + ms).toISOString();

/** The page's end of a feed, played by the test. */
class FakeSocket {
  static all: FakeSocket[] = [];
  static readonly OPEN = 1;
  readyState = 1;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  constructor(readonly url: URL) {
    FakeSocket.all.push(this);
  }
  send(): void {}
  close(): void {}
  says(frame: LiveFrame): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
}
const newest = () => FakeSocket.all.at(-1) as FakeSocket;

beforeEach(() => {
  vi.useFakeTimers({ now: start });
  vi.stubGlobal("WebSocket", FakeSocket);
  FakeSocket.all = [];
  now.value = start;
});
afterEach(() => {
  forgetCondition();
  openId.value = null;
  session.value = null;
  language.value = "nb";
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("a_blip_shows_nothing_and_an_outage_shows_since_when", () => {
  hearCondition({ ...calm, island_since: at(0) });
  now.value = start + blipMs - 1;
  expect(notice.value).toBeNull();
  hearCondition(calm);
  now.value = start + 5_000;
  expect(notice.value).toBeNull();
  hearCondition({ ...calm, island_since: at(5_000) });
  now.value = start + 5_000 + blipMs;
  expect(notice.value).toEqual({ key: "island", since: at(5_000) });
  expect(noticeText("long")).toMatch(/^Frakoblet felles lager siden \d\d:32\./);
});

test("who_comes_while_it_has_lasted_is_told_at_once", () => {
  hearCondition({ ...calm, island_since: at(-60_000) });
  expect(notice.value?.key).toBe("island");
});

test("an_outage_that_turns_into_merging_does_not_blink", () => {
  hearCondition({ ...calm, island_since: at(-60_000) });
  hearCondition({ ...calm, island_since: at(-60_000), reconciling: true });
  expect(notice.value?.key).toBe("merging");
  hearCondition({ ...calm, island_since: at(-60_000) });
  expect(notice.value?.key).toBe("island");
});

test("the_worst_is_said_first", () => {
  const since = at(-60_000);
  hearCondition({ island_since: since, reconciling: false, disk_failed_since: at(-30_000), replicas_missing: true });
  expect(notice.value).toEqual({ key: "nowhere", since: at(-30_000) });
  hearCondition({ ...calm, disk_failed_since: since, replicas_missing: true });
  expect(notice.value?.key).toBe("disk");
  hearCondition({ ...calm, replicas_missing: true });
  expect(noticeText("long")).toContain("færre kopier");
  expect(noticeText("field")).toBeNull();
});

test("yesterdays_outage_has_its_date", () => {
  hearCondition({ ...calm, island_since: at(-86_400_000) });
  expect(noticeText("short")).toMatch(/siden 21\.11\. \d\d:32/);
});

test("after_a_goodbye_the_page_tries_at_once_and_often_and_only_then_slowly", () => {
  let passed = 0;
  let tries = 0;
  for (; passed < 1_600; tries += 1) passed += moveDelayMs(tries, () => 0.5);
  expect(tries).toBeGreaterThan(12);
  expect(moveDelayMs(0, () => 0)).toBeLessThan(50);
  expect(moveDelayMs(0, () => 0.99)).toBeLessThanOrEqual(200);
  expect(moveDelayMs(40, () => 0.99)).toBeGreaterThan(4_000);
});

test("a_node_that_goes_down_is_left_for_the_next_one_without_a_word", async () => {
  const asked = vi.fn(() => Promise.reject(new TypeError("nobody there")));
  vi.stubGlobal("fetch", asked);
  const frames: LiveFrame[] = [];
  const stop = startLive({ frame: (frame) => frames.push(frame) > 0, ended: () => expect.unreachable() });
  newest().says({ type: "snapshot", token: "a-1-x", at: at(0), cases: [] });
  newest().says({ type: "bye", reason: "draining" });
  for (let tries = 0; tries < 5; tries += 1) {
    await vi.advanceTimersByTimeAsync(200);
    newest().onclose?.({ code: 1006 });
  }
  expect(FakeSocket.all.length).toBeGreaterThan(5);
  expect(asked).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(200);
  newest().says({ type: "snapshot", token: "b-1-x", at: at(1_500), cases: [] });
  expect(frames.map((frame) => frame.type)).toEqual(["snapshot", "snapshot"]);
  const before = FakeSocket.all.length;
  newest().onclose?.({ code: 1006 });
  await vi.advanceTimersByTimeAsync(499);
  expect(FakeSocket.all.length).toBe(before);
  stop();
});

test("a_request_that_finds_nobody_for_a_moment_has_not_failed", async () => {
  const answers = [() => Promise.reject(new TypeError()), () => Promise.reject(new TypeError()), () => Promise.resolve(new Response("{}"))];
  vi.stubGlobal("fetch", vi.fn(() => (answers.shift() as () => Promise<Response>)()));
  const answer = get("/teams");
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await answer).toEqual({});

  vi.stubGlobal("fetch", vi.fn(() => Promise.reject(new TypeError())));
  const failed = get("/teams").catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(await failed).toBeInstanceOf(RequestError);
});

test("a_snapshot_is_the_truth_also_where_it_goes_back", () => {
  session.value = aSession();
  const stop = startFeed(() => undefined);
  newest().says({ type: "snapshot", token: "a-1-x", at: at(0), cases: [aCase({ version: 7, state: "claimed" })] });
  newest().says({ type: "snapshot", token: "a-2-x", at: at(0), cases: [aCase({ version: 3 })] });
  expect(cases.value.get("solvik.r-1.1")).toMatchObject({ version: 3, state: "open" });
  stop();
});

test("an_open_case_that_did_not_come_to_be_says_so_and_where_its_alarm_is", async () => {
  session.value = aSession();
  const stands = aCase({ id: "solvik.r-1.9", version: 9 });
  const told = { resident: null, residents: [], related: [stands], history: [], history_available: true };
  const answers = new Map<string, CaseAlone>([["solvik.r-1.1", { ...aCase(), ...told }]]);
  const fetched = vi.fn((path: string) => {
    const id = path.split("/").at(-1) ?? "";
    const answer = answers.get(id);
    return Promise.resolve(answer ? new Response(JSON.stringify(answer)) : new Response("{}", { status: 404 }));
  });
  vi.stubGlobal("fetch", fetched);
  startDetail();
  const stop = startFeed(() => undefined);
  newest().says({ type: "snapshot", token: "a-1-x", at: at(0), cases: [aCase()] });
  openId.value = "solvik.r-1.1";
  await vi.advanceTimersByTimeAsync(10);
  expect(vanished.value).toBe(false);
  answers.delete("solvik.r-1.1");
  newest().says({ type: "snapshot", token: "a-2-x", at: at(0), cases: [stands] });
  await vi.advanceTimersByTimeAsync(10);
  expect(vanished.value).toBe(true);
  expect(instead.value.map((c) => c.id)).toEqual(["solvik.r-1.9"]);
  stop();
});

test("nothing_is_taken_back_on_the_strength_of_an_old_history", () => {
  session.value = aSession();
  const claimed: HistoryItem = { version: 2, at: at(0), type: "claimed", actor: { kind: "operator", user: "kari", name: "Kari" } };
  const c = { ...aCase({ state: "claimed" }), resident: null, residents: [], related: [], history: [claimed], history_available: true };
  expect(undoable(c)).toBe(claimed);
  expect(undoable({ ...c, history_available: false })).toBeNull();
});

test("what_others_did_during_an_outage_is_said_with_who_what_and_why", () => {
  const per = { kind: "operator" as const, user: "per", name: "Per" };
  const deed = { at: at(0), type: "claimed" as const, actor: per, node: "varde-2" };
  const item: HistoryItem = { version: 4, at: at(0), type: "handled_in_outage", actor: per, merged_at: at(60_000), why: "already_claimed", deed };
  expect(sayItem(item, null)).toMatch(/^Under utfallet kl\. \d\d:32: Tatt\. Ikke flettet inn: en annen hadde tatt den$/);
  expect(sayActor(item)).toBe("Per");
  const reopened: HistoryItem = { version: 5, at: at(0), type: "reopened", actor: per, reason: "outage_visit" };
  expect(sayItem(reopened, null)).toContain("Åpnet igjen");
  language.value = "en";
  expect(t().outage.alsoBy("Per", "14:35", t().deed.claimed)).toBe("Also handled by Per during the outage at 14:35: took the case.");
});
