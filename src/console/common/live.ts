// The live feed: one WebSocket that says what is open and then every change, watched by its own beats. When it falls
// silent the page must say so, and come back by itself without ever missing a change.
import { computed, signal } from "@preact/signals";
import { me } from "./api";
import { heardServerTime, now, serverNow } from "./clock";
import { forgetCondition, hearCondition } from "./condition";
import type { LiveFrame } from "./live_types";

const unstableAfterMs = 10_000;
const lostAfterMs = 15_000;
const hereEveryMs = 5_000;
const retryFirstMs = 500;
const retryMaxMs = 5_000;
/** After a goodbye another node answers at the same address, within a second or two: so many short tries before long ones. */
const moveTries = 16;
const moveMinMs = 20;
const moveMaxMs = 200;
/** The server's close codes for a session that ended and for a right that was taken back. */
const closedSignedOut = 4401;
const closedRevoked = 4403;

export type Contact = "connecting" | "ok" | "unstable" | "lost";
export type EndReason = "signed_out" | "revoked";

/** When the last frame came, by the server's clock, in ms since the epoch; null before the first. */
export const lastContact = signal<number | null>(null);
const startedAt = signal(0);

/** How well the page hears the server. Follows the page's clock, so at most a second late. */
export const contact = computed<Contact>(() => {
  const heard = lastContact.value;
  const silentMs = now.value - (heard ?? startedAt.value);
  if (silentMs > lostAfterMs) return "lost";
  if (heard === null) return "connecting";
  return silentMs > unstableAfterMs ? "unstable" : "ok";
});

/** How long to wait before try number `attempt` (from 0): doubling, bounded, with jitter for all consoles at once. */
export function retryDelayMs(attempt: number, random: () => number = Math.random): number {
  const full = Math.min(retryMaxMs, retryFirstMs * 2 ** Math.min(attempt, 10));
  return Math.max(retryFirstMs, full * (0.5 + random() / 2));
}

/** The same after the server said that it goes down: at once, but not all consoles in the same moment. */
export function moveDelayMs(attempt: number, random: () => number = Math.random): number {
  if (attempt >= moveTries) return retryDelayMs(attempt - moveTries, random);
  return moveMinMs + random() * (moveMaxMs - moveMinMs);
}

export interface LiveHandlers {
  /** Returns false if it can't go on from what it holds: then the feed begins anew, with a snapshot. */
  frame: (frame: LiveFrame) => boolean;
  ended: (reason: EndReason) => void;
}

/** Opens the feed and keeps it open. Returns what stops it for good. */
export function startLive(handlers: LiveHandlers): () => void {
  let socket: WebSocket | null = null;
  let token = "";
  let attempt = 0;
  let stopped = false;
  /** The server said goodbye and no other has answered yet. */
  let moving = false;
  let retryTimer = 0;
  startedAt.value = serverNow();
  lastContact.value = null;
  forgetCondition();

  const here = () => {
    if (socket?.readyState === WebSocket.OPEN) socket.send('{"type":"here"}');
  };
  const stop = () => {
    stopped = true;
    clearTimeout(retryTimer);
    clearInterval(watch);
    removeEventListener("online", retryNow);
    socket?.close();
    socket = null;
  };
  const end = (reason: EndReason) => {
    stop();
    handlers.ended(reason);
  };
  const heard = (frame: LiveFrame) => {
    attempt = 0;
    moving = false;
    if ("at" in frame) heardServerTime(frame.at);
    if ("token" in frame) token = frame.token;
    lastContact.value = serverNow();
    // Timers of hidden windows are throttled to once a minute, messages are not: the beat carries our answer.
    if (frame.type === "beat") here();
    if (frame.type === "condition") hearCondition(frame);
    else if (frame.type === "bye") leave(frame.reason);
    else if (!handlers.frame(frame)) beginAnew();
  };
  const beginAnew = () => {
    const astray = socket;
    socket = null;
    token = "";
    astray?.close();
    again(true);
  };
  const leave = (reason: EndReason | "draining") => {
    if (reason !== "draining") {
      end(reason);
      return;
    }
    const draining = socket;
    socket = null;
    moving = true;
    draining?.close();
    again(true);
  };
  const connect = () => {
    const url = new URL("/api/v1/live", location.href);
    url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    url.searchParams.set("form", "differences");
    if (token) url.searchParams.set("resume", token);
    const opened = new WebSocket(url);
    let answered = false;
    socket = opened;
    opened.onopen = here;
    opened.onmessage = (event: MessageEvent<string>) => {
      if (socket !== opened) return;
      answered = true;
      heard(JSON.parse(event.data) as LiveFrame);
    };
    opened.onclose = (event) => {
      if (socket !== opened) return;
      socket = null;
      if (event.code === closedSignedOut) end("signed_out");
      else if (event.code === closedRevoked) end("revoked");
      else again(answered);
    };
  };
  const again = (answered: boolean) => {
    if (stopped) return;
    clearTimeout(retryTimer);
    const delayMs = moving ? moveDelayMs(attempt) : retryDelayMs(attempt);
    attempt += 1;
    if (attempt > moveTries) moving = false;
    retryTimer = window.setTimeout(connect, delayMs);
    // A refused upgrade doesn't tell a page why; an ordinary request does, and signs out by itself on 401.
    if (!answered && !moving) me().catch(() => undefined);
  };
  const retryNow = () => {
    if (stopped || socket) return;
    clearTimeout(retryTimer);
    connect();
  };
  const watch = window.setInterval(() => {
    here();
    if (contact.value !== "lost" || !socket) return;
    const silent = socket;
    socket = null;
    silent.close();
    again(true);
  }, hereEveryMs);

  addEventListener("online", retryNow);
  connect();
  return stop;
}
