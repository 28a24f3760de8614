// The open case with its people and history, fetched when it is opened and again whenever it changes. An answer that
// comes too late for what is on the screen is thrown away.
import { computed, effect, signal } from "@preact/signals";
import { get, RequestError, segment } from "../common/api";
import type { Case, CaseAlone, HistoryItem, Resident } from "../common/types";
import { openCase, openId, session } from "./store";

const fetched = signal<CaseAlone | null>(null);
/** True when the last fetch failed: what is shown of people and history may be old. */
export const detailMissing = signal(false);
/** The case as it ended, while it still stands in the pane. */
const closedOne = signal<Case | null>(null);

/** The open case's people and history, if they have come. */
export const detail = computed(() => (fetched.value?.id === openId.value ? fetched.value : null));
/** The open case as it stands: the live one, or as it was fetched when it is closed. */
export const paneCase = computed<Case | null>(
  () => openCase.value ?? detail.value ?? (closedOne.value?.id === openId.value ? closedOne.value : null),
);

async function fetchDetail(id: string): Promise<void> {
  try {
    const answer = await get<CaseAlone>(`/cases/${segment(id)}`);
    if (openId.peek() !== id) return;
    if (fetched.peek()?.id === id && (fetched.peek()?.version ?? 0) > answer.version) return;
    fetched.value = answer;
    detailMissing.value = false;
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    if (openId.peek() === id) detailMissing.value = true;
  }
}

export function startDetail(): void {
  const wanted = computed(() => (openId.value === null ? null : `${openId.value} ${openCase.value?.version ?? "closed"}`));
  effect(() => {
    if (wanted.value === null || !session.value) {
      fetched.value = null;
      closedOne.value = null;
      detailMissing.value = false;
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
  const last = c.history.at(-1);
  if (!last || last.actor.user !== session.value?.user || c.state === "closed") return null;
  return ["claimed", "released", "note_added", "step_ticked"].includes(last.type) ? last : null;
}
