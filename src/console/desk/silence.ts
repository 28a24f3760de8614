// Thirty seconds of quiet, a case at a time. There is no mute: what is silenced comes back by itself, and a new alarm
// in the same case ends the quiet.
import { computed, signal } from "@preact/signals";
import { now, serverNow } from "../common/clock";

export const silenceMs = 30_000;

/** Case id → until when, by the page's clock. */
export const silenced = signal<ReadonlyMap<string, number>>(new Map());

export function silence(ids: Iterable<string>): void {
  const until = serverNow() + silenceMs;
  const next = new Map([...silenced.value].filter(([, end]) => end > now.value));
  for (const id of ids) next.set(id, until);
  silenced.value = next;
}
export function forgetSilence(id: string): void {
  if (!silenced.value.has(id)) return;
  const next = new Map(silenced.value);
  next.delete(id);
  silenced.value = next;
}
export function isSilenced(id: string): boolean {
  const until = silenced.value.get(id);
  return until !== undefined && until > now.value;
}
/** Seconds until the last of them comes back; 0: none is silenced. */
export const silentForS = computed(() => {
  const last = Math.max(0, ...silenced.value.values());
  return Math.max(0, Math.ceil((last - now.value) / 1000));
});
