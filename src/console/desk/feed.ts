// From the live feed's frames to the console's state: what came, what went, and what a person must be told about it.
import { effect, signal } from "@preact/signals";
import { urgencyOf } from "../common/badge";
import { get, RequestError } from "../common/api";
import { Told } from "../common/difference";
import { t, word } from "../common/i18n";
import { contact, startLive, type EndReason } from "../common/live";
import { sayNow, saySoon } from "../common/say";
import type { LiveFrame } from "../common/live_types";
import type { Load } from "../common/rule_types";
import type { Case } from "../common/types";
import { notifyNew } from "./alerts";
import { noticeText } from "../common/notice";
import { recentlyClosed, startLayout } from "./queue_state";
import { forgetSilence } from "./silence";
import { cases, isMine, load, loaded, openId, side } from "./store";

/** Kept to say who closed a case whose row is still fading. */
const closedKept = 50;

/** How many snapshots have come: each is the truth, also where it is older than what was shown. */
export const snapshots = signal(0);
/** "3 nye mens forbindelsen var nede": how many, until it is dismissed. */
export const newWhileDown = signal(0);

/** Puts cases as the server has them now, in order; an older version than the one held changes nothing. */
function putCases(list: readonly Case[]): void {
  const next = new Map(cases.value);
  for (const c of list) {
    const held = next.get(c.id);
    if (held && held.version > c.version) continue;
    if (c.state === "closed") {
      next.delete(c.id);
      recentlyClosed.set(c.id, c);
    } else {
      next.set(c.id, c);
    }
  }
  for (const id of recentlyClosed.keys()) {
    if (recentlyClosed.size <= closedKept) break;
    recentlyClosed.delete(id);
  }
  cases.value = next;
}
export function putCase(c: Case): void {
  putCases([c]);
}

function announce(before: Case | undefined, c: Case): void {
  const place = `${word(t().kind, c.kind)}, ${c.municipality_name}`;
  const waits = c.state === "open" && c.list === "operators";
  const arrived = waits && !(before?.state === "open" && before.list === "operators");
  const rose = before?.state === "open" && before.lane !== "life" && c.lane === "life";
  if (arrived || rose || (c.state === "open" && before && c.signal_count > before.signal_count)) forgetSilence(c.id);
  if (arrived || rose) {
    notifyNew(c);
    if (c.lane === "life") sayNow(`${t().lane.life}: ${place}`);
    else saySoon(`${t().lane[urgencyOf(c)]}: ${place}`);
  } else if (before && c.attention && !before.attention && isMine(c)) {
    notifyNew(c);
    sayNow(`${t().queue.attention}: ${place}`);
  } else if (before?.state === "open" && c.owner) {
    saySoon(`${place}: ${t().queue.takenBy(c.owner.name, "")}`);
  } else if (before && c.visits.some((v) => v.overdue) && !before.visits.some((v) => v.overdue)) {
    sayNow(`${place}: ${t().progress.overdue}`);
  }
}

/** Set while the feed was lost, so that what comes next is counted as missed. */
let wasLost = false;
const told = new Told();

/** False if the frame is about cases other than those that were told: nothing of it is taken then. */
export function take(frame: LiveFrame): boolean {
  const before = cases.value;
  if (frame.type === "snapshot") {
    told.begin(frame.cases);
    const first = !loaded.value;
    for (const id of before.keys()) if (!frame.cases.some((c) => c.id === id)) dropped(id);
    cases.value = new Map(frame.cases.map((c) => [c.id, c]));
    loaded.value = true;
    snapshots.value += 1;
    if (!first) for (const c of frame.cases) announce(before.get(c.id), c);
  } else if (frame.type === "changes") {
    const changed = told.take(frame.changes);
    if (changed === null) return false;
    const held = new Map(before);
    putCases(changed);
    for (const c of changed) {
      const old = held.get(c.id);
      if (!old || old.version < c.version) announce(old, c);
      held.set(c.id, c);
    }
  } else if (frame.type === "load") {
    load.value = frame;
  }
  if (wasLost && (frame.type === "snapshot" || frame.type === "changes")) {
    const missed = [...cases.value.values()].filter((c) => c.state === "open" && before.get(c.id)?.state !== "open");
    if (missed.length > 0) {
      newWhileDown.value += missed.length;
      sayNow(t().banner.newWhileDown(newWhileDown.value));
    }
  }
  wasLost = false;
  return true;
}
function dropped(id: string): void {
  if (openId.value === id) saySoon(t().error.codes.closed);
}

/** Says what the banner says, once, and that it is over. */
function announceNotices(): () => void {
  let said: string | null = null;
  return effect(() => {
    const text = noticeText("long");
    if (text) sayNow(text);
    else if (said) saySoon(t().condition.over);
    said = text;
  });
}

/** The load comes with the feed only when it changes. */
async function fetchLoad(): Promise<void> {
  try {
    const now = await get<Load>("/load");
    load.value ??= now;
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
  }
}

/** Starts feed and layout for a signed-in operator; returns what stops both and forgets everything seen. */
export function startFeed(ended: (reason: EndReason) => void): () => void {
  wasLost = false;
  const stopLayout = startLayout();
  const stopWatch = contact.subscribe((state) => {
    if (state !== "lost" || !loaded.value) return;
    wasLost = true;
    sayNow(t().banner.lost("", ""));
  });
  const stopNotice = announceNotices();
  void fetchLoad();
  const stopLive = startLive({ frame: take, ended });
  return () => {
    stopLive();
    stopWatch();
    stopNotice();
    stopLayout();
    cases.value = new Map();
    told.begin([]);
    recentlyClosed.clear();
    loaded.value = false;
    newWhileDown.value = 0;
    openId.value = null;
    side.value = null;
    load.value = null;
  };
}
