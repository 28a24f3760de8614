// What a person chose about the look: theme, text size, language, keys. Kept in this browser; it says nothing about
// anybody, so it may stay there.
import { effect, signal } from "@preact/signals";

export type Theme = "natt" | "dag";
export type Language = "nb" | "en";
export const sizes = [100, 115, 130, 150] as const;
export type Size = (typeof sizes)[number];

export const theme = signal<Theme>("natt");
export const language = signal<Language>("nb");
export const size = signal<Size>(100);
export const keysOn = signal(true);

const storageName = "varde.look";

function load(): void {
  let kept: Record<string, unknown> = {};
  try {
    kept = (JSON.parse(localStorage.getItem(storageName) ?? "{}") ?? {}) as Record<string, unknown>;
  } catch {
    // A browser that keeps nothing, or something odd in it: the defaults are good.
  }
  if (kept["theme"] === "dag") theme.value = "dag";
  if (kept["language"] === "en") language.value = "en";
  const keptSize = sizes.find((s) => s === kept["size"]);
  if (keptSize) size.value = keptSize;
  if (kept["keysOn"] === false) keysOn.value = false;
}

/** Reads what was chosen before, and from then on applies and keeps every choice. */
export function startPrefs(): void {
  load();
  effect(() => {
    const root = document.documentElement;
    root.lang = language.value;
    root.dataset["theme"] = theme.value;
    root.dataset["size"] = String(size.value);
    const kept = { theme: theme.value, language: language.value, size: size.value, keysOn: keysOn.value };
    try {
      localStorage.setItem(storageName, JSON.stringify(kept));
    } catch {
      // Not kept, but applied.
    }
  });
}
