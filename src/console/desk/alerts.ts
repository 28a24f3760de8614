// How the console calls from behind other windows: the window's title and icon, the operating system's notifications,
// and a screen that stays awake. None of them carries a name.
import { computed, effect } from "@preact/signals";
import { priorityOf, urgencyOf } from "../common/badge";
import { minutesSeconds, now, secondsSince } from "../common/clock";
import { t, word } from "../common/i18n";
import { contact } from "../common/live";
import type { Case } from "../common/types";
import { session, unanswered, waitingSince } from "./store";

const worst = computed(() => {
  let found: Case | null = null;
  for (const c of unanswered.value.values()) {
    const higher = !found || priorityOf(c) < priorityOf(found);
    if (higher || (found && priorityOf(c) === priorityOf(found) && waitingSince(c) < waitingSince(found))) found = c;
  }
  return found;
});

/** "(2) AKUTT 01:12 – Varde": how many wait, the worst of them, and for how long. */
export const title = computed(() => {
  const name = t().app.console;
  if (contact.value === "lost") return `⚠ ${t().top.lost("").trim()} – ${name}`;
  const c = worst.value;
  if (!c) return name;
  const waited = minutesSeconds(secondsSince(waitingSince(c), now.value));
  return `(${unanswered.value.size}) ${t().laneShout[urgencyOf(c)]} ${waited} – ${name}`;
});
const icon = computed(() => (contact.value === "lost" ? "lost" : (worst.value ? urgencyOf(worst.value) : "calm")));

export function startTitle(): void {
  effect(() => {
    document.title = session.value ? title.value : t().app.console;
  });
  effect(() => {
    const name = session.value ? icon.value : "calm";
    document.getElementById("favicon")?.setAttribute("href", `/icons/${name}.svg`);
  });
}

/** A notification of the operating system, for a window that nobody sees. Says what and where, never who. */
export function notifyNew(c: Case): void {
  if (!document.hidden || c.lane === "technical") return;
  if (!("Notification" in window) || Notification.permission !== "granted") return;
  const note = new Notification(`${t().laneShout[urgencyOf(c)]}: ${word(t().kind, c.kind)}`, {
    body: c.municipality_name,
    tag: c.id,
    requireInteraction: c.lane === "life",
  });
  note.onclick = () => {
    window.focus();
    note.close();
  };
}

async function stayAwake(): Promise<void> {
  try {
    if (!document.hidden) await navigator.wakeLock.request("screen");
  } catch {
    // A machine that keeps its own counsel about its screen; the sound is what matters.
  }
}
/** Call from the gesture that starts the shift. */
export function startAttention(): void {
  if ("Notification" in window && Notification.permission === "default") void Notification.requestPermission();
  void stayAwake();
  document.addEventListener("visibilitychange", () => void stayAwake());
}
