// The server's time as this machine sees it, ticking once a second for every clock on the page, and how times are
// written. A wrong clock on the operator's machine must not change how long somebody has waited.
import { signal } from "@preact/signals";

/** Server minus local clock, in milliseconds. */
let offsetMs = 0;

/** Milliseconds since the Unix epoch by the server's clock, renewed each second. */
export const now = signal(Date.now());

export function heardServerTime(at: string): void {
  const server = Date.parse(at);
  if (Number.isFinite(server)) offsetMs = server - Date.now();
}
export function serverNow(): number {
  return Date.now() + offsetMs;
}
export function startClock(): void {
  const tick = () => {
    now.value = serverNow();
    setTimeout(tick, 1000 - (serverNow() % 1000));
  };
  tick();
}

export function secondsSince(at: string, nowMs: number): number {
  return Math.max(0, Math.floor((nowMs - Date.parse(at)) / 1000));
}
/** "01:12"; minutes grow beyond 99 rather than turn into hours, so that clocks compare at a glance. */
export function minutesSeconds(seconds: number): string {
  const two = (n: number) => String(n).padStart(2, "0");
  return `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
}

const withSeconds = new Intl.DateTimeFormat("nb-NO", { timeStyle: "medium", hourCycle: "h23" });
const withoutSeconds = new Intl.DateTimeFormat("nb-NO", { timeStyle: "short", hourCycle: "h23" });

function dotsToColons(text: string): string {
  return text.replaceAll(".", ":");
}
/** "22:41:07", local time. */
export function clockTime(at: string | number): string {
  return dotsToColons(withSeconds.format(new Date(at)));
}
const withDate = new Intl.DateTimeFormat("nb-NO", { day: "numeric", month: "numeric" });

/** "22:41", or "21.11. 22:41" when that was not today, local time. */
export function timeSince(at: string | number, nowMs: number): string {
  const day = withDate.format(new Date(at));
  return day === withDate.format(new Date(nowMs)) ? shortTime(at) : `${day} ${shortTime(at)}`;
}
/** "22:41", local time. */
export function shortTime(at: string | number): string {
  return dotsToColons(withoutSeconds.format(new Date(at)));
}
