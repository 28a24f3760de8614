// What is expected of a resident, without a page: how an absence and a planned look in read, what may be filled in, and
// when what was told changes by itself.
import { afterEach, expect, test } from "vitest";
import { language } from "../common/prefs";
import type { Absence, PlannedCheck, SubjectState } from "../common/rule_types";
import { absenceText, standingText } from "../desk/expected";
import { absenceProblem, fromField, toField } from "../desk/expected_dialogs";
import { changesAt, subjectOf, subjectOfResident } from "../desk/subject_states";
import type { Resident } from "../common/types";
import { aCase } from "./helpers";

afterEach(() => (language.value = "nb"));

/** Local times, so that the tests hold wherever they run. */
const local = (text: string): string => new Date(text).toISOString();
const nowMs = new Date("2026-11-22T12:00").getTime();

const check = (more: Partial<PlannedCheck> = {}): PlannedCheck => ({
  rule: "night",
  reason: "Nattilsyn",
  planned: local("2026-11-22T12:10"),
  from: local("2026-11-22T11:10"),
  until: local("2026-11-22T12:40"),
  standing: "due",
  done_at: null,
  done_by: "",
  ...more,
});
const state = (checks: PlannedCheck[], absence: Absence | null = null) => ({ checks, absence }) as SubjectState;

test("an_absence_says_from_when_until_when_and_why", () => {
  const away: Absence = { since: local("2026-11-22T10:00"), until: local("2026-11-25T14:00"), reason: "sykehus", by: "Kari" };
  expect(absenceText(away, nowMs)).toBe("Borte siden 10:00, til 25.11. 14:00: sykehus");
  expect(absenceText({ ...away, until: null }, nowMs)).toBe("Borte siden 10:00, inntil videre: sykehus");
  expect(absenceText({ ...away, since: local("2026-11-23T08:00") }, nowMs)).toContain("Skal være borte fra 23.11. 08:00");
  language.value = "en";
  expect(absenceText({ ...away, until: null }, nowMs)).toBe("Away since 10:00, until further notice: sykehus");
});

test("a_look_in_says_how_it_stands", () => {
  expect(standingText(check(), nowMs)).toBe("skal gjøres nå, innen 12:40");
  expect(standingText(check({ standing: "missed" }), nowMs)).toBe("ikke utført innen 12:40");
  expect(standingText(check({ standing: "planned" }), nowMs)).toBe("planlagt");
  expect(standingText(check({ standing: "away" }), nowMs)).toContain("borte");
  const done = check({ standing: "done", done_at: local("2026-11-22T12:05"), done_by: "Kari" });
  expect(standingText(done, nowMs)).toBe("utført 12:05 av Kari");
  expect(standingText({ ...done, done_by: "" }, nowMs)).toBe("utført 12:05");
});

test("an_absence_needs_a_reason_and_an_end_that_is_to_come", () => {
  expect(absenceProblem(" ", "", "", nowMs)).toBe("Skriv hvor eller hvorfor.");
  expect(absenceProblem("sykehus", "", "", nowMs)).toBe("");
  expect(absenceProblem("sykehus", "", "2026-11-22T11:00", nowMs)).not.toBe("");
  expect(absenceProblem("sykehus", "2026-11-24T11:00", "2026-11-23T11:00", nowMs)).not.toBe("");
  expect(absenceProblem("sykehus", "2026-11-20T11:00", "2026-11-23T11:00", nowMs)).toBe("");
});

test("a_time_goes_into_a_field_and_comes_back_the_same", () => {
  expect(toField(local("2026-11-02T08:05"))).toBe("2026-11-02T08:05");
  expect(fromField("2026-11-02T08:05")).toBe(local("2026-11-02T08:05"));
  expect(toField(null)).toBe("");
  expect(fromField("")).toBeUndefined();
});

test("what_was_told_changes_at_the_next_time_in_it_and_not_before", () => {
  expect(changesAt(state([check()]), nowMs)).toBe(Date.parse(check().until) + 2000);
  const away: Absence = { since: null, until: local("2026-11-22T12:15"), reason: "x", by: "" };
  expect(changesAt(state([check()], away), nowMs)).toBe(new Date("2026-11-22T12:15").getTime() + 2000);
  expect(changesAt(state([]), nowMs)).toBe(Infinity);
});

test("a_subject_is_named_as_the_api_names_it", () => {
  expect(subjectOf(aCase({ id: "solvik.h-3.12" }))).toBe("solvik.h-3");
  expect(subjectOfResident({ id: "7", municipality: "solvik" } as Resident)).toBe("solvik.r-7");
});
