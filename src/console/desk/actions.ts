// What an operator does to a case. Each command carries the version that was seen and one key for all its tries; a
// failure leaves the case as it was and stays beside it, with what went wrong and a way to try again.
import { signal } from "@preact/signals";
import { newKey, post, RequestError, segment } from "../common/api";
import { t } from "../common/i18n";
import { saySoon } from "../common/say";
import type { WorkList } from "../common/rule_types";
import type { Case, HistoryItem, OutcomeGiven } from "../common/types";
import { putCase } from "./feed";
import { cases, canAct, openId, selectedId } from "./store";

export interface Failure {
  message: string;
  /** What happened to the case meanwhile, if that is why. */
  changes: HistoryItem[];
  retry: (() => void) | null;
}
/** By case id; "" for taking the next one. */
export const failures = signal<ReadonlyMap<string, Failure>>(new Map());
/** Ids of cases with a command under way; "" for taking the next one. */
export const underWay = signal<ReadonlySet<string>>(new Set());

export const nextSlot = "";
const claimTriesMax = 4;

function setFailure(id: string, failure: Failure | null): void {
  const next = new Map(failures.value);
  if (failure) next.set(id, failure);
  else next.delete(id);
  failures.value = next;
}
export function dismissFailure(id: string): void {
  setFailure(id, null);
}
function setUnderWay(id: string, on: boolean): void {
  const next = new Set(underWay.value);
  if (on) next.add(id);
  else next.delete(id);
  underWay.value = next;
}

/** What went wrong, in words for a person. */
export function explain(error: RequestError): string {
  const words = t().error;
  if (error.offline) return words.offline;
  if (error.code === "stale") return words.stale;
  if (error.code === "already_claimed") return words.already_claimed(error.problem?.current?.owner?.name ?? "");
  const known: Record<string, string> = { ...words.codes, ...t().ruleCodes };
  return known[error.code] ?? (error.status === 503 ? words.unavailable : words.other(error.message));
}

/** More signals are no reason not to take a case: they are one more reason to. */
export function onlyMoreAlarms(changes: readonly HistoryItem[]): boolean {
  const kinds = ["alarm_joined", "alarm_cleared", "signal_recorded", "outage_changed", "outage_reached"];
  return changes.length > 0 && changes.every((item) => kinds.includes(item.type));
}

/** An outage grows and shrinks all the time; that does not change who was reached. */
function onlyOutageMoves(changes: readonly HistoryItem[]): boolean {
  return changes.every((item) => item.type === "outage_changed" || item.type === "outage_reached");
}

type Verb =
  | "claim" | "release" | "takeover" | "note" | "step" | "dispatch" | "recall" | "close" | "list" | "identify" | "reached";

async function send(id: string, verb: Verb, body: object, version: number, key: string, tries: number): Promise<boolean> {
  try {
    putCase(await post<Case>(`/cases/${segment(id)}/${verb}`, { ...body, version }, key));
    return true;
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    const { current, changes = [] } = error.problem ?? {};
    if (current) putCase(current);
    if (error.code === "stale" && current) {
      const atOnce = (verb === "claim" && onlyMoreAlarms(changes)) || (verb === "reached" && onlyOutageMoves(changes));
      if (atOnce && tries < claimTriesMax) {
        return await send(id, verb, body, current.version, newKey(), tries + 1);
      }
      const again = () => void command(id, verb, body);
      setFailure(id, { message: explain(error), changes, retry: verb === "claim" && current.owner ? null : again });
    } else {
      const again = () => void attempt(id, verb, body, version, key);
      setFailure(id, { message: explain(error), changes, retry: error.passing ? again : null });
    }
    saySoon(explain(error));
    return false;
  }
}

async function attempt(id: string, verb: Verb, body: object, version: number, key: string): Promise<boolean> {
  if (underWay.value.has(id)) return false;
  if (!canAct.value) {
    saySoon(t().queue.noClaimOffline);
    return false;
  }
  setFailure(id, null);
  setUnderWay(id, true);
  try {
    return await send(id, verb, body, version, key, 1);
  } finally {
    setUnderWay(id, false);
  }
}

/** Sends a command on a case as it is known now; true if it was carried out. */
async function command(id: string, verb: Verb, body: object = {}): Promise<boolean> {
  const c = cases.value.get(id);
  return c ? await attempt(id, verb, body, c.version, newKey()) : false;
}

export async function claim(id: string): Promise<void> {
  if (await command(id, "claim")) show(id);
}
export async function takeOver(id: string): Promise<void> {
  if (await command(id, "takeover")) show(id);
}
export function release(id: string): Promise<boolean> {
  return command(id, "release");
}
export function addNote(id: string, text: string): Promise<boolean> {
  return command(id, "note", { text });
}
export function tickStep(id: string, step: string, done: boolean): Promise<boolean> {
  return command(id, "step", { step, done });
}
export function dispatch(id: string, team: string, message: string): Promise<boolean> {
  return command(id, "dispatch", { team, message });
}
export function recall(id: string, visit: string, reason: string): Promise<boolean> {
  return command(id, "recall", { visit, reason });
}
export function close(id: string, outcome: OutcomeGiven): Promise<boolean> {
  return command(id, "close", { outcome });
}

export function moveToList(id: string, list: WorkList): Promise<boolean> {
  return command(id, "list", { list });
}
export function identify(id: string, resident: string): Promise<boolean> {
  return command(id, "identify", { resident });
}

/** One at a time, in order: each mark is made on the case as the one before left it. */
let marks: Promise<unknown> = Promise.resolve();
export function markReached(id: string, subject: string): Promise<boolean> {
  const mine = marks.then(() => command(id, "reached", { subject, how: "phone" }));
  marks = mine;
  return mine;
}

export function show(id: string): void {
  openId.value = id;
  selectedId.value = id;
}

/** Takes the next waiting case of all that one may see, by the server's order. */
export async function takeNext(key: string = newKey()): Promise<void> {
  if (underWay.value.has(nextSlot)) return;
  if (!canAct.value) {
    saySoon(t().queue.noClaimOffline);
    return;
  }
  setFailure(nextSlot, null);
  setUnderWay(nextSlot, true);
  try {
    const taken = await post<Case | null>("/queue/next", {}, key);
    if (taken) {
      putCase(taken);
      show(taken.id);
    } else {
      saySoon(t().queue.nothingNext);
    }
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    const retry = error.passing ? () => void takeNext(key) : null;
    setFailure(nextSlot, { message: explain(error), changes: [], retry });
  } finally {
    setUnderWay(nextSlot, false);
  }
}
