// What the field page knows: who is signed in, the visits of their teams, and which one is on the screen.
import { computed, signal } from "@preact/signals";
import type { FieldVisit, Me, VisitState } from "../common/types";
import { pendingMoves } from "./outbox";

export const session = signal<Me | null>(null);
export const signInNotice = signal<"signedOut" | "revoked" | "">("");
export const visits = signal<ReadonlyMap<string, FieldVisit>>(new Map());
/** False until the first answer came. */
export const loaded = signal(false);
/** Stands for the list where a visit's id could be. */
export const listView = "";
/** Id of the visit that the person chose to see, or `listView`; null: whatever is natural. */
export const chosen = signal<string | null>(null);

const activeStates: VisitState[] = ["offered", "accepted", "en_route", "on_site"];

/** The visit as it will be when everything in the outbox has arrived. */
export function projected(visit: FieldVisit): VisitState {
  return pendingMoves.value.get(visit.id) ?? visit.state;
}
export function isMine(visit: FieldVisit): boolean {
  return visit.responder === session.value?.user || (visit.responder === "" && pendingMoves.value.has(visit.id));
}
export function isActive(visit: FieldVisit): boolean {
  return activeStates.includes(projected(visit));
}

/** Most urgent first, then oldest. */
function byUrgency(a: FieldVisit, b: FieldVisit): number {
  const rank = { life: 0, care: 1, technical: 2 };
  return rank[a.lane] - rank[b.lane] || a.opened_at.localeCompare(b.opened_at);
}
export const active = computed(() => [...visits.value.values()].filter(isActive).sort(byUrgency));
export const ended = computed(() =>
  [...visits.value.values()]
    .filter((visit) => !isActive(visit))
    .sort((a, b) => (b.ended_at ?? "").localeCompare(a.ended_at ?? "")),
);

/** The visit on the screen: the one that was chosen, or the only one there is. */
export const shown = computed<FieldVisit | null>(() => {
  if (chosen.value === listView) return null;
  if (chosen.value !== null) return visits.value.get(chosen.value) ?? null;
  return active.value.length === 1 ? (active.value[0] ?? null) : null;
});
