// Where each untaken case stands in the list. Pure: from the layout before, the cases and whether the operator's hand
// is near the list, to the layout after. Rows never jump: a place is decided at arrival and changes only when the
// priority rises, and nothing moves while a hand is near.
import { priorityOf } from "../common/badge";
import type { Case, Priority } from "../common/types";

/** A row that is gone stays this long, saying who took it. */
export const goneStaysMs = 5_000;

export interface Slot {
  readonly id: string;
  /** As it was when the place was decided. */
  readonly rank: Priority;
  /** Orders within a rank, oldest first: queued_at as it was at arrival. */
  readonly key: string;
  /** The case as it was last seen here. */
  readonly shown: Case;
  /** Set once it is no longer untaken: when that was, by the page's clock. */
  readonly goneAt: number | null;
}
export interface Layout {
  readonly slots: readonly Slot[];
  /** New ones that wait in the strip above, best first. */
  readonly fresh: readonly Slot[];
}
export const emptyLayout: Layout = { slots: [], fresh: [] };


function byPlace(a: Slot, b: Slot): number {
  return a.rank - b.rank || (a.key < b.key ? -1 : a.key > b.key ? 1 : a.id < b.id ? -1 : 1);
}

/** The slot with what is known of its case now; its place (rank, key) stays. */
function renewed(slot: Slot, untaken: ReadonlyMap<string, Case>, known: ReadonlyMap<string, Case>, nowMs: number): Slot {
  const open = untaken.get(slot.id);
  if (open) return open === slot.shown && slot.goneAt === null ? slot : { ...slot, shown: open, goneAt: null };
  const shown = known.get(slot.id) ?? slot.shown;
  const goneAt = slot.goneAt ?? nowMs;
  return shown === slot.shown && goneAt === slot.goneAt ? slot : { ...slot, shown, goneAt };
}

/**
 * The next layout. `untaken`: the cases that belong in the list; `known`: every open case and those just closed, to
 * say what became of one. `calm`: no pointer in the list, no key pressed lately, no menu open.
 */
export function settle(
  before: Layout,
  untaken: ReadonlyMap<string, Case>,
  known: ReadonlyMap<string, Case>,
  nowMs: number,
  calm: boolean,
): Layout {
  let slots = before.slots.map((slot) => renewed(slot, untaken, known, nowMs));
  let fresh = before.fresh.filter((slot) => untaken.has(slot.id)).map((slot) => renewed(slot, untaken, known, nowMs));
  const placed = new Set([...slots, ...fresh].map((slot) => slot.id));
  for (const c of untaken.values()) {
    if (!placed.has(c.id)) fresh.push({ id: c.id, rank: priorityOf(c), key: c.queued_at, shown: c, goneAt: null });
  }
  // In the strip the newest priority counts at once: nobody's hand is on it.
  fresh = fresh.map(raised).sort(byPlace);
  if (calm) {
    // One that nobody took, but that the operator chose not to see, needs no farewell.
    const outOfSight = (slot: Slot) => slot.goneAt !== null && slot.shown.state === "open";
    slots = slots.filter((slot) => slot.goneAt === null || (nowMs - slot.goneAt < goneStaysMs && !outOfSight(slot)));
    slots = insertAll(slots.map(raised), fresh);
    fresh = [];
  }
  const same = sameSlots(slots, before.slots) && sameSlots(fresh, before.fresh);
  return same ? before : { slots, fresh };
}

function raised(slot: Slot): Slot {
  const rank = priorityOf(slot.shown);
  return rank < slot.rank ? { ...slot, rank } : slot;
}
function insertAll(slots: readonly Slot[], more: readonly Slot[]): Slot[] {
  return [...slots, ...more].sort(byPlace);
}
function sameSlots(a: readonly Slot[], b: readonly Slot[]): boolean {
  return a.length === b.length && a.every((slot, i) => slot === b[i]);
}
