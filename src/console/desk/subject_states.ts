// What waits at the people of the open case, and what is expected of them: fetched when the case is opened, again when it
// changes or when the time of something that was planned comes, and kept as each command left it.
import { computed, effect, signal } from "@preact/signals";
import { get, RequestError, segment } from "../common/api";
import { now } from "../common/clock";
import { saySoon } from "../common/say";
import type { SubjectState } from "../common/rule_types";
import type { Case, Resident } from "../common/types";
import { explain } from "./actions";
import { detail, paneCase, peopleOf } from "./case_detail";
import { snapshots } from "./feed";
import { session } from "./store";

/** By subject, as the API names it. What could not be had is not in it. */
export const subjectStates = signal<ReadonlyMap<string, SubjectState>>(new Map());

/** The subject that a case is about: what its id begins with. */
export function subjectOf(c: Case): string {
  return c.id.slice(0, c.id.lastIndexOf("."));
}
export function subjectOfResident(resident: Resident): string {
  return `${resident.municipality}.r-${resident.id}`;
}

/** So long after a planned time is asked again: whoever keeps the time there may be a moment behind. */
const graceMs = 2_000;
/** So long after it could not be had. */
const retryMs = 60_000;

/** When what was told of a subject next changes by itself, in milliseconds; infinity: not at all. */
export function changesAt(state: SubjectState, nowMs: number): number {
  const times = [
    state.absence?.since,
    state.absence?.until,
    ...state.checks.flatMap((check) => [check.from, check.until]),
  ];
  const ahead = times.filter((at) => typeof at === "string").map((at) => Date.parse(at) + graceMs);
  return Math.min(...ahead.filter((at) => at > nowMs));
}

const freshUntil = new Map<string, number>();
/** Counts requests by subject, so that of several answers only the one to the newest is taken. */
const asked = new Map<string, number>();

function begin(subject: string): () => boolean {
  const mine = (asked.get(subject) ?? 0) + 1;
  asked.set(subject, mine);
  freshUntil.set(subject, Infinity);
  return () => asked.get(subject) === mine;
}
function keep(subject: string, state: SubjectState | null): void {
  const next = new Map(subjectStates.value);
  if (state) next.set(subject, state);
  else next.delete(subject);
  subjectStates.value = next;
  freshUntil.set(subject, state ? changesAt(state, now.peek()) : now.peek() + retryMs);
}

async function look(subject: string): Promise<void> {
  const isNewest = begin(subject);
  let state: SubjectState | null = null;
  try {
    state = await get<SubjectState>(`/subjects/${segment(subject)}`);
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
  }
  if (isNewest()) keep(subject, state);
}

/** Sends a command about a subject, whose answer is the subject as it left it; says why not if it was not carried out. */
export async function act(subject: string, send: () => Promise<SubjectState>, done: string): Promise<string> {
  const isNewest = begin(subject);
  try {
    const state = await send();
    if (isNewest()) keep(subject, state);
    saySoon(done);
    return "";
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    if (isNewest()) freshUntil.set(subject, now.peek());
    saySoon(explain(error));
    return explain(error);
  }
}

/** Where the focus was may be gone with what was done; the keys go on working from the case. */
export function keepFocus(): void {
  requestAnimationFrame(() => {
    if (document.activeElement === document.body) document.querySelector<HTMLElement>(".pane")?.focus({ preventScroll: true });
  });
}

export function startSubjects(): void {
  const subjects = computed(() => {
    const c = session.value ? paneCase.value : null;
    if (!c || c.subject.kind === "outage") return "";
    const people = detail.value ? peopleOf(detail.value).map(subjectOfResident) : [];
    return [...new Set([subjectOf(c), ...people])].join(" ");
  });
  const wanted = computed(() => `${subjects.value} ${paneCase.value?.version ?? ""} ${snapshots.value}`);
  const each = () => subjects.peek().split(" ").filter(Boolean);
  effect(() => {
    if (wanted.value === "") return;
    subjectStates.value = new Map([...subjectStates.peek()].filter(([subject]) => each().includes(subject)));
    for (const subject of each()) void look(subject);
  });
  effect(() => {
    const nowMs = now.value;
    for (const subject of each()) if ((freshUntil.get(subject) ?? Infinity) <= nowMs) void look(subject);
  });
}
