// The open case with its people and history, fetched when it is opened and again whenever it changes. An answer that
// comes too late for what is on the screen is thrown away.
import { computed, effect, signal } from "@preact/signals";
import { get, RequestError, segment } from "../common/api";
import { condition } from "../common/condition";
import type { Case, CaseAlone, HistoryItem, Resident } from "../common/types";
import { snapshots } from "./feed";
import { cases, openCase, openId, session } from "./store";

const fetched = signal<CaseAlone | null>(null);
/** True when the newest of people and history could not be had: what is shown of them may be old. */
export const detailMissing = signal(false);
/** True when the server knows no such case. */
const unknown = signal(false);
/** The case as it ended, while it still stands in the pane. */
const closedOne = signal<Case | null>(null);

/** The open case's people and history, if they have come. */
export const detail = computed(() => (fetched.value?.id === openId.value ? fetched.value : null));
/** The open case as it stands: the live one, or as it was fetched when it is closed. */
export const paneCase = computed<Case | null>(
  () => openCase.value ?? detail.value ?? (closedOne.value?.id === openId.value ? closedOne.value : null),
);

/** The open case is one that never came to be: the outage is over, and its alarm is in another case, or taken back. */
export const vanished = computed(() => {
  const c = paneCase.value;
  if (!c || openCase.value) return false;
  return unknown.value || (detail.value !== null && c.state === "closed" && !c.outcome && !c.closed_by);
});
/** Where it is now: the open cases about the same subject. */
export const instead = computed<Case[]>(() => {
  const c = vanished.value ? paneCase.value : null;
  if (!c) return [];
  const about = (other: Case) => other.municipality === c.municipality && other.subject.id === c.subject.id;
  return [...cases.value.values()].filter((other) => about(other) && other.id !== c.id);
});

/** Counts requests, so that of several answers only the one to the newest is taken. */
let asked = 0;

async function fetchDetail(id: string): Promise<void> {
  const mine = ++asked;
  try {
    const answer = await get<CaseAlone>(`/cases/${segment(id)}`);
    if (openId.peek() !== id || mine !== asked) return;
    const before = fetched.peek();
    // What was read before an outage still happened.
    const history = !answer.history_available && before?.id === id ? before.history : answer.history;
    fetched.value = { ...answer, history };
    detailMissing.value = !answer.history_available;
    unknown.value = false;
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    if (openId.peek() !== id || mine !== asked) return;
    detailMissing.value = true;
    unknown.value = error.status === 404;
  }
}

export function startDetail(): void {
  const wanted = computed(() => {
    if (openId.value === null) return null;
    const cutOff = condition.value.island_since !== null;
    return `${openId.value} ${openCase.value?.version ?? "closed"} ${snapshots.value} ${cutOff}`;
  });
  effect(() => {
    if (wanted.value === null || !session.value) {
      fetched.value = null;
      closedOne.value = null;
      detailMissing.value = false;
      unknown.value = false;
      return;
    }
    const id = openId.peek();
    if (openCase.peek()) closedOne.value = openCase.peek();
    if (id !== null) void fetchDetail(id);
  });
}

/** Everyone the case may be about. */
export function peopleOf(c: CaseAlone): Resident[] {
  if (c.residents.length > 0) return c.residents;
  return c.resident ? [c.resident] : [];
}

/** The newest thing that happened, if it is this operator's own and can be taken back. */
export function undoable(c: CaseAlone): HistoryItem | null {
  const last = c.history_available ? c.history.at(-1) : undefined;
  if (!last || last.actor.user !== session.value?.user || c.state === "closed") return null;
  return ["claimed", "released", "note_added", "step_ticked"].includes(last.type) ? last : null;
}
