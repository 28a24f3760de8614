// The list's layout as the page runs: settles whenever cases, the clock or the operator's hand change. Also what the
// list shows on top of its layout in a flood: groups, never around a life alarm.
import { computed, effect, signal } from "@preact/signals";
import { now, secondsSince } from "../common/clock";
import { openDialogs } from "../common/dialog";
import type { Case } from "../common/types";
import { emptyLayout, settle, type Layout, type Slot } from "./queue_layout";
import { cases, load, unanswered } from "./store";

const keyQuietMs = 3_000;
/** EEMUA 191: more than this many in this long is more than one operator can follow. */
export const floodAlarms = 10;
export const floodWindowS = 600;

export const layout = signal<Layout>(emptyLayout);
export const pointerInList = signal(false);
export const menuOpen = signal(false);
const keyPressed = signal(false);
let keyTimer = 0;

/** Cases closed since they left the list, to say who closed them. */
export const recentlyClosed = new Map<string, Case>();

/** A key was pressed in the list: rows stay where they are for three seconds. */
export function touchedByKey(): void {
  keyPressed.value = true;
  clearTimeout(keyTimer);
  keyTimer = window.setTimeout(() => (keyPressed.value = false), keyQuietMs);
}

const calm = computed(
  () => !pointerInList.value && !keyPressed.value && !menuOpen.value && openDialogs.value === 0,
);

function known(): ReadonlyMap<string, Case> {
  return new Map([...recentlyClosed, ...cases.value]);
}

export function startLayout(): () => void {
  layout.value = emptyLayout;
  let first = true;
  return effect(() => {
    const next = settle(layout.peek(), unanswered.value, known(), now.value, first || calm.value);
    if (next.slots.length > 0) first = false;
    layout.value = next;
  });
}
/** The operator asks for the new rows to be put into the list now. */
export function insertFresh(): void {
  layout.value = settle(layout.value, unanswered.value, known(), now.value, true);
}

export const recentArrivals = computed(() => {
  let count = 0;
  for (const c of cases.value.values())
    if (c.list === "operators" && secondsSince(c.opened_at, now.value) <= floodWindowS) count += 1;
  return count;
});
/** As the server reckons it over everybody who is on, or as this page counts while the server has said nothing. */
export const flood = computed(() => {
  const told = load.value;
  if (told) return told.centre.flood || told.municipalities.some((m) => m.flood);
  return recentArrivals.value > floodAlarms;
});

export type Grouping = "none" | "kind" | "municipality";
export const grouping = signal<Grouping>("none");
/** Names of the groups that are folded out. */
export const unfolded = signal<ReadonlySet<string>>(new Set());

export type Line = { slot: Slot } | { group: string; slots: Slot[] };

/** Fewer than this stay single rows. */
const groupMin = 3;

/** What the list shows: each slot by itself, or in a flood the less urgent ones under one line per cause or place. */
export function linesOf(slots: readonly Slot[], by: Grouping, open: ReadonlySet<string>): Line[] {
  if (by === "none") return slots.map((slot) => ({ slot }));
  const groupOf = (slot: Slot) => (by === "kind" ? slot.shown.kind : slot.shown.municipality_name);
  const members = new Map<string, Slot[]>();
  for (const slot of slots) {
    if (slot.shown.lane === "life" || slot.goneAt !== null) continue;
    members.set(groupOf(slot), [...(members.get(groupOf(slot)) ?? []), slot]);
  }
  const lines: Line[] = [];
  const done = new Set<string>();
  for (const slot of slots) {
    const name = groupOf(slot);
    const group = slot.shown.lane === "life" || slot.goneAt !== null ? [] : (members.get(name) ?? []);
    if (group.length < groupMin) lines.push({ slot });
    else if (!done.has(name)) {
      done.add(name);
      lines.push({ group: name, slots: group });
      if (open.has(name)) lines.push(...group.map((one) => ({ slot: one })));
    }
  }
  return lines;
}
export const lines = computed(() => linesOf(layout.value.slots, flood.value ? grouping.value : "none", unfolded.value));
