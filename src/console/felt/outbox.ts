// What a responder did, kept on the phone until the centre has it. Sent strictly in the order it was done, each with its
// own key, so that sending twice does no harm; gone from the phone as soon as it has arrived.
import { computed, signal } from "@preact/signals";
import { createStore, get as read, set as write } from "idb-keyval";
import { newKey, post, RequestError, segment } from "../common/api";
import { serverNow } from "../common/clock";
import type { FieldVisit, VisitState } from "../common/types";

export type Verb = "accept" | "decline" | "en-route" | "on-site" | "done";
export interface Entry {
  key: string;
  user: string;
  visit: string;
  verb: Verb;
  body: { device_time: string; reason?: string; note?: string };
}
/** How the newest action on a visit fared. */
export type Fate = { state: "sent"; at: number } | { state: "refused"; why: string };

const stateAfter: Record<Verb, VisitState> = {
  accept: "accepted",
  decline: "declined",
  "en-route": "en_route",
  "on-site": "on_site",
  done: "done",
};
const retryFirstMs = 1_000;
const retryMaxMs = 15_000;
const storageName = "outbox";

export const entries = signal<readonly Entry[]>([]);
export const fates = signal<ReadonlyMap<string, Fate>>(new Map());

/** Visit id → the state that its waiting actions lead to. */
export const pendingMoves = computed<ReadonlyMap<string, VisitState>>(
  () => new Map(entries.value.map((entry) => [entry.visit, stateAfter[entry.verb]])),
);

let store: ReturnType<typeof createStore> | null = null;
let user = "";
let onMoved: (visit: FieldVisit) => void = () => undefined;
let sending = false;
let timer = 0;
let failures = 0;

async function keep(next: readonly Entry[]): Promise<void> {
  entries.value = next;
  try {
    if (store) await write(storageName, next, store);
  } catch {
    // A phone that keeps nothing still sends while the page is open.
  }
}
function setFate(visit: string, fate: Fate | null): void {
  const next = new Map(fates.value);
  if (fate) next.set(visit, fate);
  else next.delete(visit);
  fates.value = next;
}

/** Reads what was left from before and begins to send it. `moved` gets each visit as the centre has it then. */
export async function openOutbox(who: string, moved: (visit: FieldVisit) => void): Promise<void> {
  user = who;
  onMoved = moved;
  try {
    store ??= createStore("varde-felt", "actions");
    entries.value = (await read<Entry[]>(storageName, store)) ?? [];
  } catch {
    entries.value = [];
  }
  void flush();
}

/** Keeps the action on the phone, then sends. */
export async function act(visit: string, verb: Verb, more: { reason?: string; note?: string } = {}): Promise<void> {
  setFate(visit, null);
  const body = { device_time: new Date(serverNow()).toISOString(), ...more };
  await keep([...entries.value, { key: newKey(), user, visit, verb, body }]);
  await flush();
}

/** Sends what waits, oldest first; stops at the first that can't be sent just now. */
export async function flush(): Promise<void> {
  if (sending) return;
  sending = true;
  clearTimeout(timer);
  try {
    for (;;) {
      const head = entries.value.find((entry) => entry.user === user);
      if (!head || !(await sendOne(head))) break;
      failures = 0;
    }
  } finally {
    sending = false;
  }
}

/** True if the next one may go: this one has arrived, or never will. */
async function sendOne(entry: Entry): Promise<boolean> {
  try {
    const visit = await post<FieldVisit>(`/visits/${segment(entry.visit)}/${entry.verb}`, entry.body, entry.key);
    await keep(entries.value.filter((one) => one.key !== entry.key));
    setFate(entry.visit, { state: "sent", at: serverNow() });
    onMoved(visit);
    return true;
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    if (error.passing || error.status === 401) {
      failures += 1;
      timer = window.setTimeout(() => void flush(), Math.min(retryMaxMs, retryFirstMs * 2 ** Math.min(failures, 6)));
      return false;
    }
    await keep(entries.value.filter((one) => one.key !== entry.key));
    setFate(entry.visit, { state: "refused", why: error.code });
    return true;
  }
}

/** True if nothing of this person's waits any more, after one more try. */
export async function settled(): Promise<boolean> {
  await flush();
  return !entries.value.some((entry) => entry.user === user);
}
