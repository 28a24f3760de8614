// Rows never jump: the layout's rules, one by one.
import { expect, test } from "vitest";
import type { Case } from "../common/types";
import { emptyLayout, goneStaysMs, settle, type Layout } from "../desk/queue_layout";
import { linesOf } from "../desk/queue_state";
import { aCase } from "./helpers";

const at = (second: number) => `2026-11-22T01:00:${String(second).padStart(2, "0")}.000Z`;
const life = (id: string, second = 0) => aCase({ id, lane: "life", priority: 1, queued_at: at(second) });
const care = (id: string, second = 0) => aCase({ id, queued_at: at(second) });
const mapOf = (...list: Case[]) => new Map(list.map((c) => [c.id, c]));
const ids = (layout: Layout) => layout.slots.map((slot) => slot.id);

function step(before: Layout, list: Case[], nowMs = 0, calm = true, known = list): Layout {
  return settle(before, mapOf(...list), mapOf(...known), nowMs, calm);
}

test("the_list_is_sorted_by_priority_then_oldest", () => {
  const low = aCase({ id: "low", priority: 3, queued_at: at(0) });
  expect(ids(step(emptyLayout, [low, care("b", 5), care("a", 2), life("l", 9)]))).toEqual(["l", "a", "b", "low"]);
});

test("new_rows_wait_in_the_strip_while_a_hand_is_near", () => {
  const before = step(emptyLayout, [care("a")]);
  const busy = step(before, [care("a"), life("l", 3), care("c", 1)], 0, false);
  expect(ids(busy)).toEqual(["a"]);
  expect(busy.fresh.map((slot) => slot.id)).toEqual(["l", "c"]);
  expect(ids(step(busy, [care("a"), life("l", 3), care("c", 1)]))).toEqual(["l", "a", "c"]);
});

test("a_later_queued_at_does_not_move_a_row", () => {
  const before = step(emptyLayout, [care("a", 1), care("b", 2)]);
  expect(ids(step(before, [care("a", 9), care("b", 2)]))).toEqual(["a", "b"]);
});

test("a_risen_priority_moves_the_row_up_when_the_hand_is_gone_and_never_down", () => {
  const before = step(emptyLayout, [care("a", 1), care("b", 2)]);
  const busy = step(before, [care("a", 1), life("b", 2)], 0, false);
  expect(ids(busy)).toEqual(["a", "b"]);
  const calm = step(busy, [care("a", 1), life("b", 2)]);
  expect(ids(calm)).toEqual(["b", "a"]);
  expect(ids(step(calm, [care("a", 1), care("b", 2)]))).toEqual(["b", "a"]);
});

test("a_taken_row_stays_five_seconds_and_then_goes", () => {
  const taken = aCase({ id: "a", state: "claimed", owner: { user: "o", name: "Ola", since: at(1) } });
  const before = step(emptyLayout, [care("a"), care("b", 1)]);
  const gone = step(before, [care("b", 1)], 1000, true, [taken, care("b", 1)]);
  expect(ids(gone)).toEqual(["a", "b"]);
  expect(gone.slots[0]?.goneAt).toBe(1000);
  expect(gone.slots[0]?.shown.owner?.name).toBe("Ola");
  expect(ids(step(gone, [care("b", 1)], 1000 + goneStaysMs - 1))).toEqual(["a", "b"]);
  expect(ids(step(gone, [care("b", 1)], 1000 + goneStaysMs))).toEqual(["b"]);
});

test("a_taken_row_keeps_its_place_as_long_as_a_hand_is_near", () => {
  const taken = aCase({ id: "a", state: "claimed" });
  const gone = step(step(emptyLayout, [care("a"), care("b", 1)]), [care("b", 1)], 1000, false, [taken, care("b", 1)]);
  expect(ids(step(gone, [care("b", 1)], 60_000, false))).toEqual(["a", "b"]);
});

test("a_released_case_is_untaken_again_in_its_old_place", () => {
  const gone = step(step(emptyLayout, [care("a"), care("b", 1)]), [care("b", 1)], 1000);
  const back = step(gone, [care("a"), care("b", 1)], 2000);
  expect(ids(back)).toEqual(["a", "b"]);
  expect(back.slots[0]?.goneAt).toBeNull();
});

test("nothing_changed_gives_the_same_layout_so_that_nothing_is_drawn", () => {
  const list = [care("a"), care("b", 1)];
  const before = step(emptyLayout, list);
  expect(step(before, list, 5000)).toBe(before);
});

test("in_a_flood_alike_cases_stand_under_one_line_and_life_alarms_never_do", () => {
  const slots = step(emptyLayout, [life("l1"), life("l2"), life("l3"), care("a", 1), care("b", 2), care("c", 3)]).slots;
  const folded = linesOf(slots, "kind", new Set());
  expect(folded.map((line) => ("slot" in line ? line.slot.id : line.group))).toEqual(["l1", "l2", "l3", "safety_alarm"]);
  const unfolded = linesOf(slots, "kind", new Set(["safety_alarm"]));
  expect(unfolded).toHaveLength(7);
});

test("a_row_that_the_operator_chose_not_to_see_goes_without_a_word", () => {
  const before = step(emptyLayout, [care("a"), care("b", 1)]);
  expect(ids(step(before, [care("b", 1)], 1000, true, [care("a"), care("b", 1)]))).toEqual(["b"]);
});
