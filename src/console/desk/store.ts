// What the console knows: who is signed in, every open case, and what the operator looks at. Signals only; whoever
// changes them lives in feed.ts and actions.ts.
import { computed, signal } from "@preact/signals";
import { priorityOf } from "../common/badge";
import { now, secondsSince } from "../common/clock";
import { contact } from "../common/live";
import type { Load, PlannedCheck } from "../common/rule_types";
import type { Case, Me, Resident } from "../common/types";

export const session = signal<Me | null>(null);
/** Why the sign-in form is shown again, as a key of the dictionary's signIn part. */
export const signInNotice = signal<"signedOut" | "revoked" | "">("");
export const shiftStarted = signal(false);

/** Every case that is not closed, in the server's queue order; replaced as a whole, cases by identity. */
export const cases = signal<ReadonlyMap<string, Case>>(new Map());
/** True from the first snapshot on. */
export const loaded = signal(false);
/** The case in the pane. */
export const openId = signal<string | null>(null);
/** The row that the keys act on. */
export const selectedId = signal<string | null>(null);
/** Ids of the municipalities to show; empty: all. */
export const scope = signal<ReadonlySet<string>>(new Set());

export type DialogName =
  | "note"
  | "dispatch"
  | "close"
  | "search"
  | "help"
  | "settings"
  | "handover"
  | { recall: string }
  | { absence: Resident }
  | { check: PlannedCheck; of: Resident };
export const dialog = signal<DialogName | null>(null);

export function isMine(c: Case): boolean {
  return c.owner !== null && c.owner.user === session.value?.user;
}
/** What stands beside the queue when no case is open. */
export type SideName = "devices" | "held" | "offenders";
export const side = signal<SideName | null>(null);
/** The operators' load, as the server last said. */
export const load = signal<Load | null>(null);

/** The queue shows the operators' list; what waits elsewhere is seen in the lists and while somebody has it. */
function inQueue(c: Case): boolean {
  return c.list === "operators";
}
export const mine = computed(() => ordered([...cases.value.values()].filter((c) => c.state !== "open" && isMine(c))));
export const working = computed(() =>
  ordered([...cases.value.values()].filter((c) => c.state !== "open" && !isMine(c) && inQueue(c))),
);

/** Cases with an owner stand in the order they were opened within their priority: nothing there is a race. */
function ordered(list: Case[]): Case[] {
  return list.sort((a, b) => priorityOf(a) - priorityOf(b) || a.opened_at.localeCompare(b.opened_at));
}

/** Since when a person has waited for somebody to take it. */
export function waitingSince(c: Case): string {
  return c.waiting_since ?? c.opened_at;
}
/** "Over frist" and shown-to-everyone limits in seconds, of the case's own municipality. */
export function limitsOf(c: Case): { target: number; limit: number } {
  const config = session.value?.config;
  const own = config?.municipalities.find((m) => m.id === c.municipality) ?? config;
  return { target: own?.answer_target_s ?? 60, limit: own?.answer_limit_s ?? 180 };
}

/** Untaken cases that this operator is shown: the chosen municipalities', every life alarm, every one over the limit. */
export const unanswered = computed(() => {
  const shown = new Map<string, Case>();
  for (const c of cases.value.values()) {
    if (c.state !== "open" || !inQueue(c)) continue;
    const inScope = scope.value.size === 0 || scope.value.has(c.municipality) || c.municipality === "centre";
    if (inScope || c.lane === "life" || secondsSince(waitingSince(c), now.value) >= limitsOf(c).limit) shown.set(c.id, c);
  }
  return shown;
});

/** Commands are off when the server has been silent for too long: what is on the screen may be wrong. */
export const canAct = computed(() => contact.value !== "lost");

export const openCase = computed(() => (openId.value === null ? null : (cases.value.get(openId.value) ?? null)));
