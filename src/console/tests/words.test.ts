// Small pure things that are read on a screen: doors, clocks, reasons, and both languages having all the words.
import { afterEach, expect, test } from "vitest";
import { minutesSeconds, secondsSince } from "../common/clock";
import { t } from "../common/i18n";
import { retryDelayMs } from "../common/live";
import { doorText, streetAndDoor, telephone } from "../common/place";
import { language } from "../common/prefs";
import { stepText, whyPriority } from "../common/reason";
import type { Address, Door } from "../common/types";
import { isQuiet } from "../desk/call";
import { onlyMoreAlarms } from "../desk/actions";
import { someoneWasThere } from "../desk/close_dialog";
import { samplesOf, patterns } from "../desk/sound_patterns";
import { aCase } from "./helpers";

afterEach(() => (language.value = "nb"));

const at = (dwelling: string, door: Door | null): Address => ({
  street: "Åslia 3",
  dwelling,
  door,
  postcode: "5200",
  place: "Solvik",
  latitude: null,
  longitude: null,
});

test("a_dwelling_number_is_said_as_one_finds_the_door", () => {
  expect(doorText(at("H0204", { part: "main", floor: 2, door: 4 }))).toBe("2. etasje, 4. dør fra venstre");
  expect(doorText(at("U0101", { part: "under", floor: 1, door: 1 }))).toContain("underetasje");
  expect(doorText(at("K0101", { part: "cellar", floor: 1, door: 1 }))).toContain("kjeller");
  expect(doorText(at("L0102", { part: "loft", floor: 1, door: 2 }))).toContain("loft");
  expect(streetAndDoor(at("", null))).toBe("Åslia 3");
  language.value = "en";
  expect(doorText(at("H0302", { part: "main", floor: 3, door: 2 }))).toBe("3rd floor, 2nd door from the left");
});

test("clocks_count_minutes_beyond_an_hour_and_never_below_nothing", () => {
  expect(minutesSeconds(72)).toBe("01:12");
  expect(minutesSeconds(6125)).toBe("102:05");
  expect(secondsSince("2026-11-22T01:00:10.000Z", Date.parse("2026-11-22T01:00:00.000Z"))).toBe(0);
});

test("a_priority_is_explained_in_words_with_its_code", () => {
  expect(whyPriority(aCase({ lane_reason: "device:0004" }))).toBe("Fast utløser (0004)");
  expect(whyPriority(aCase({ lane_reason: "status:0016" }))).toBe("Lavt batteri (0016)");
  expect(whyPriority(aCase({ lane_reason: "policy:døren er farlig: vei" }))).toBe("Kommunens regel: døren er farlig: vei");
  expect(whyPriority(aCase({ lane_reason: "aged" }))).toBe("Har ventet lenge");
});

test("built_in_steps_are_in_the_pages_language_and_a_municipalitys_own_in_its_own", () => {
  const step = { id: "default-1", action: "call_resident" as const, text: "Ring innbyggeren", target: "", done: false, done_by: "", done_at: null };
  language.value = "en";
  expect(stepText(step)).toBe("Call the resident");
  expect(stepText({ ...step, id: "ring" })).toBe("Ring innbyggeren");
});

test("quiet_hours_run_over_midnight", () => {
  expect(isQuiet("22:00", "07:00", "23:30")).toBe(true);
  expect(isQuiet("22:00", "07:00", "06:59")).toBe(true);
  expect(isQuiet("22:00", "07:00", "07:00")).toBe(false);
  expect(isQuiet("13:00", "15:00", "14:00")).toBe(true);
  expect(isQuiet("", "", "14:00")).toBe(false);
});

test("reconnecting_waits_from_half_a_second_to_five", () => {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    for (const random of [0, 0.5, 0.999]) {
      expect(retryDelayMs(attempt, () => random)).toBeGreaterThanOrEqual(500);
      expect(retryDelayMs(attempt, () => random)).toBeLessThanOrEqual(5000);
    }
  }
  expect(retryDelayMs(9, () => 0)).not.toBe(retryDelayMs(9, () => 0.9));
});

test("only_more_signals_let_a_claim_go_on_by_itself", () => {
  const item = (type: "alarm_joined" | "claimed") => ({ version: 2, at: "", type, actor: { kind: "device" as const, user: "", name: "" } });
  expect(onlyMoreAlarms([item("alarm_joined")])).toBe(true);
  expect(onlyMoreAlarms([item("alarm_joined"), item("claimed")])).toBe(false);
  expect(onlyMoreAlarms([])).toBe(false);
});

test("a_voice_or_a_visit_counts_as_somebody_having_been_there", () => {
  const call = { id: "1", action: "call_resident" as const, text: "", target: "", done: true, done_by: "", done_at: null };
  expect(someoneWasThere(aCase(), "none")).toBe(false);
  expect(someoneWasThere(aCase(), "conversation")).toBe(true);
  expect(someoneWasThere(aCase({ steps: [call] }), "none")).toBe(true);
  expect(someoneWasThere(aCase({ steps: [{ ...call, done: false }] }), "none")).toBe(false);
});

test("a_life_alarm_sounds_three_and_two_every_five_seconds_and_stays_below_clipping", () => {
  expect(patterns.life.period).toBe(5);
  expect(patterns.life.pulses).toHaveLength(5);
  expect(patterns.care.period).toBe(15);
  expect(patterns.care.pulses).toHaveLength(3);
  const samples = samplesOf("life", 8000);
  expect(samples).toHaveLength(40_000);
  const peak = Math.max(...samples.map(Math.abs));
  expect(peak).toBeGreaterThan(0.2);
  expect(peak).toBeLessThanOrEqual(1);
});

test("telephone_links_keep_only_what_one_dials", () => {
  expect(telephone("+47 55 00 (01)")).toBe("tel:+47550001");
});

test("no_word_is_empty_in_either_language", () => {
  const empty: string[] = [];
  const look = (part: object, path: string) => {
    for (const [key, value] of Object.entries(part)) {
      if (typeof value === "string" && value === "" && key !== "unspecified") empty.push(path + key);
      if (typeof value === "object") look(value as object, `${path}${key}.`);
    }
  };
  for (const one of ["nb", "en"] as const) {
    language.value = one;
    look(t(), `${one}.`);
  }
  expect(empty).toEqual([]);
});
