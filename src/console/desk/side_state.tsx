// What a list beside the queue has fetched, and what it says while it has nothing or could not get it.
import { signal, type Signal } from "@preact/signals";
import { get, RequestError } from "../common/api";
import { t } from "../common/i18n";

/** What a list shows: fetched when it opens and by hand. */
export interface Fetched<T> {
  value: Signal<T | null>;
  failed: Signal<boolean>;
  load: (path: string) => Promise<void>;
}
export function fetched<T>(): Fetched<T> {
  const value = signal<T | null>(null);
  const failed = signal(false);
  let asked = 0;
  return {
    value,
    failed,
    load: async (path) => {
      const mine = ++asked;
      try {
        const answer = await get<T>(path);
        if (mine !== asked) return;
        value.value = answer;
        failed.value = false;
      } catch (error) {
        if (!(error instanceof RequestError)) throw error;
        if (mine === asked) failed.value = true;
      }
    },
  };
}

export function SideState({ of }: { of: Fetched<unknown> }) {
  const words = t().side;
  if (of.failed.value) return <p class="notable">{words.failed}</p>;
  return of.value.value === null ? <p class="muted">{words.loading}</p> : null;
}
