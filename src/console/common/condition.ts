// How the node behind this page is, as the live feed says it, and what of that is worth a person's attention: a blip
// that is over before anyone could read about it is not.
import { computed, signal } from "@preact/signals";
import { now, serverNow } from "./clock";
import type { Condition } from "./live_types";

/** Shorter than this never shows. */
export const blipMs = 1_500;

const calm: Condition = { island_since: null, reconciling: false, disk_failed_since: null, replicas_missing: false };

export const condition = signal<Condition>(calm);
/** Since when something has been wrong without a break, by this page's reckoning, in ms since the epoch. */
const wrongSince = signal<number | null>(null);

export type NoticeKey = "nowhere" | "disk" | "island" | "merging" | "replicas";
export interface Notice {
  key: NoticeKey;
  /** Since when; empty where the server doesn't say. */
  since: string;
}

function startOf(c: Condition): number | null {
  const since = [c.island_since, c.disk_failed_since].filter((at) => at !== null).map((at) => Date.parse(at));
  if (since.length > 0) return Math.min(...since);
  return c.reconciling || c.replicas_missing ? serverNow() : null;
}

export function hearCondition(c: Condition): void {
  const start = startOf(c);
  wrongSince.value = start === null ? null : Math.min(start, wrongSince.value ?? start);
  condition.value = c;
}
/** Another session may be served by another node. */
export function forgetCondition(): void {
  hearCondition(calm);
}

/** The one thing to say, the worst first; null while all is well or nothing has lasted. */
export const notice = computed<Notice | null>(() => {
  const { island_since, reconciling, disk_failed_since, replicas_missing } = condition.value;
  if (wrongSince.value === null || now.value - wrongSince.value < blipMs) return null;
  if (disk_failed_since && island_since && !reconciling) {
    return { key: "nowhere", since: disk_failed_since > island_since ? disk_failed_since : island_since };
  }
  if (disk_failed_since) return { key: "disk", since: disk_failed_since };
  if (reconciling) return { key: "merging", since: island_since ?? "" };
  if (island_since) return { key: "island", since: island_since };
  return replicas_missing ? { key: "replicas", since: "" } : null;
});
