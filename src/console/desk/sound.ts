// Makes the sound that the queue calls for: the highest untaken priority, in one window only, until somebody takes the
// case. Started by a gesture, since browsers keep pages quiet before one; says so when it is blocked.
import { computed, effect, signal } from "@preact/signals";
import { contact } from "../common/live";
import { isSilenced, silentForS } from "./silence";
import { samplesOf, type Pattern } from "./sound_patterns";
import { shiftStarted, unanswered } from "./store";

export type SoundState = "off" | "on" | "blocked" | "elsewhere";

const lockName = "varde-sound";

let context: AudioContext | null = null;
const running = signal(false);
const holdsLock = signal(false);

export const soundState = computed<SoundState>(() => {
  if (!shiftStarted.value) return "off";
  if (!holdsLock.value) return "elsewhere";
  return running.value ? "on" : "blocked";
});

/** What should sound now: the highest of what is untaken and not silenced, then a lost connection. */
export const wanted = computed<Pattern | null>(() => {
  if (!shiftStarted.value) return null;
  let care = false;
  for (const c of unanswered.value.values()) {
    if (c.cleared || c.lane === "technical" || isSilenced(c.id)) continue;
    if (c.lane === "life") return "life";
    care = true;
  }
  if (care) return "care";
  return contact.value === "lost" ? "system" : null;
});

let playing: { pattern: Pattern; source: AudioBufferSourceNode } | null = null;

function play(audio: AudioContext, pattern: Pattern, loop: boolean): AudioBufferSourceNode {
  const samples = samplesOf(pattern, audio.sampleRate);
  const buffer = audio.createBuffer(1, samples.length, audio.sampleRate);
  buffer.copyToChannel(samples, 0);
  const source = audio.createBufferSource();
  source.buffer = buffer;
  source.loop = loop;
  source.connect(audio.destination);
  source.start();
  return source;
}

function follow(): void {
  const pattern = holdsLock.value && running.value ? wanted.value : null;
  if (playing?.pattern === pattern) return;
  playing?.source.stop();
  playing = null;
  if (pattern && context) playing = { pattern, source: play(context, pattern, true) };
  document.documentElement.dataset["sounding"] = pattern ?? "";
}

function watch(audio: AudioContext): void {
  const look = () => (running.value = audio.state === "running");
  audio.addEventListener("statechange", look);
  look();
}

/** Waits, for as long as this window lives, to be the one that sounds. */
function takeTurn(): void {
  const release = new Promise<void>((resolve) => {
    const stop = shiftStarted.subscribe((on) => {
      if (on) return;
      queueMicrotask(() => stop());
      resolve();
    });
  });
  void navigator.locks.request(lockName, async () => {
    if (!shiftStarted.value) return;
    holdsLock.value = true;
    await release;
    holdsLock.value = false;
  });
}

let following: (() => void) | null = null;

/** Call from a gesture: unlocks the sound, plays the test tone, and follows the queue from then on. */
export async function startSound(): Promise<void> {
  context ??= new AudioContext();
  watch(context);
  takeTurn();
  following ??= effect(follow);
  await unblock();
  play(context, "test", false);
}
/** Call from a gesture when the browser has stopped the sound. */
export async function unblock(): Promise<void> {
  await Promise.race([context?.resume(), new Promise((done) => setTimeout(done, 500))]).catch(() => undefined);
  running.value = context?.state === "running";
}
/** For the top bar: seconds of silence that are left while nothing sounds because of it. */
export const quietS = computed(() => (wanted.value === null ? silentForS.value : 0));
