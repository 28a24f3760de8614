// What rules bring to the page, without a page: words for their codes, places that people keep in an outage's list, and
// which cases stand in the queue.
import { afterEach, expect, test } from "vitest";
import { t } from "../common/i18n";
import { language } from "../common/prefs";
import { parentText, recipientText, ruleText } from "../common/rule_words";
import type { OutagePerson } from "../common/rule_types";
import { keepPlaces } from "../desk/blackout";
import { heardText } from "../desk/device_list";
import { sayItem } from "../desk/history";
import { floodNames } from "../desk/load_strip";
import { flood } from "../desk/queue_state";
import { nameAndAge } from "../desk/row";
import { cases, load, session, unanswered, working } from "../desk/store";
import { aCase, aSession } from "./helpers";

afterEach(() => {
  language.value = "nb";
  cases.value = new Map();
  load.value = null;
});

const rule = (id: string, reason = "") => ({ rule: id, reason, policy_version: 1, at: null });

test("a_rule_is_told_in_the_municipalitys_words_and_vardes_own_in_the_pages", () => {
  expect(ruleText(rule("dor-natt", "Døra får tid til å lukkes"))).toBe("Døra får tid til å lukkes");
  expect(ruleText(rule("dor-natt"))).toBe("dor-natt");
  expect(ruleText(rule("varde:flood", "Sentralen i Nord"))).toBe("Satt til side mens det er for mange alarmer: Sentralen i Nord");
  language.value = "en";
  expect(ruleText(rule("varde:flood_over"))).toBe("Back in the queue, it is calmer");
});

test("what_was_not_taken_in_time_is_said_in_the_pages_language", () => {
  const said = (reason: string) => ruleText(rule("varde:escalation", reason));
  expect(said("not answered in time")).toBe("Ikke besvart innen fristen");
  expect(said("not accepted in time")).toBe("Utrykning ikke godtatt innen fristen");
  expect(said("of a newer server")).toBe("Ingen tok den innen fristen");
  language.value = "en";
  expect(said("not answered in time")).toBe("Not answered in time");
  expect(said("of a newer server")).toBe("Nobody took it in time");
});

test("every_rule_of_vardes_own_has_words_in_both_languages", () => {
  const sources = import.meta.glob<string>("../../triage/*.cpp", { query: "?raw", import: "default", eager: true });
  const ids = Object.values(sources).flatMap((text) => text.match(/"varde:[a-z_]+"/g) ?? []);
  expect(ids.length).toBeGreaterThan(0);
  for (const one of ["nb", "en"] as const) {
    language.value = one;
    for (const id of ids) expect(t().rule, id).toHaveProperty([id.slice(1, -1)]);
  }
});

test("what_an_outage_hangs_on_and_who_was_told_have_words", () => {
  expect(parentText("power:nord")).toBe("Strømområde nord");
  expect(parentText("g-17")).toBe("Sentralenhet g-17");
  expect(parentText("odd:x")).toBe("x");
  expect(recipientText("operators", "")).toBe("alle operatører");
  expect(recipientText("team:natt", "Nattpatruljen")).toBe("Nattpatruljen");
});

test("a_device_says_when_it_was_last_heard_with_the_day_if_that_was_not_today", () => {
  const nowMs = new Date("2026-11-22T12:00").getTime();
  const heard = (at: string) => ({ id: "solvik.d1", last_heard: new Date(at).toISOString() });
  expect(heardText(heard("2026-11-22T09:12"), nowMs)).toBe("hørt 09:12");
  expect(heardText(heard("2026-11-19T09:12"), nowMs)).toBe("hørt 19.11. 09:12");
  expect(heardText({ id: "solvik.d1", last_heard: null }, nowMs)).toBe("aldri hørt");
  expect(heardText({ id: "", last_heard: null }, nowMs)).toBe("");
});

test("people_keep_their_places_while_others_come_and_go", () => {
  const person = (id: string, reached_at: string | null = null) => ({ id, reached_at }) as OutagePerson;
  const before = [person("a"), person("b"), person("c")];
  const now = [person("d"), person("a"), person("c", "2026-11-22T01:00:00.000Z")];
  const kept = keepPlaces(before, now);
  expect(kept.map((one) => one.id)).toEqual(["a", "c", "d"]);
  expect(kept[1]?.reached_at).not.toBeNull();
});

test("only_the_operators_list_stands_in_the_queue", () => {
  session.value = aSession();
  const owner = { user: "ola", name: "Ola", since: "2026-11-22T01:00:00.000Z" };
  const all = [
    aCase({ id: "solvik.r-1.1" }),
    aCase({ id: "solvik.r-2.1", list: "technicians" }),
    aCase({ id: "solvik.r-3.1", list: "later", state: "claimed", owner }),
    aCase({ id: "solvik.r-4.1", state: "claimed", owner }),
  ];
  cases.value = new Map(all.map((c) => [c.id, c]));
  expect([...unanswered.value.keys()]).toEqual(["solvik.r-1.1"]);
  expect(working.value.map((c) => c.id)).toEqual(["solvik.r-4.1"]);
});

test("a_flood_is_what_the_server_says_it_is", () => {
  expect(flood.value).toBe(false);
  const figures = { cases: 30, operators: 2, per_operator: 15, flood: true };
  const solvik = { id: "solvik", name: "Solvik", ...figures, shed_to: "later" as const, partner: "", shed: 0 };
  load.value = { window_s: 600, centre: { ...figures, flood: false }, municipalities: [solvik] };
  expect(flood.value).toBe(true);
  expect(floodNames()).toBe("Solvik");
  load.value = { window_s: 600, centre: figures, municipalities: [] };
  expect(floodNames()).toBe("hele sentralen");
});

test("an_outage_is_called_by_what_it_hangs_on", () => {
  const outage = {
    parent: "power:nord", devices_total: 9, devices_down: 5, devices_back: 0, residents_down: 5,
    residents_reached: 0, began_at: null, over: false,
  };
  expect(nameAndAge(aCase({ outage }))).toBe("Strømområde nord");
});

test("each_entry_of_a_rule_has_a_line_in_both_languages", () => {
  const actor = { kind: "system" as const, user: "", name: "" };
  const item = { at: "2026-11-22T01:00:00.000Z", actor };
  for (const one of ["nb", "en"] as const) {
    language.value = one;
    expect(sayItem({ ...item, type: "moved_to_list", list: "later", by: rule("varde:flood") }, null)).toContain(t().list.later);
    expect(sayItem({ ...item, type: "hold_ended", reason: "restored" }, null)).toBe(t().rulesHistory.hold_ended["restored"]);
    expect(sayItem({ ...item, type: "escalated", to: "administrator", to_name: "" }, null)).toContain("administrator");
    expect(sayItem({ ...item, type: "test_started" }, null)).toBe(t().rulesHistory.test_started);
  }
});
