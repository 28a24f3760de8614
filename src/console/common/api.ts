// Requests to the server: the session's cookie goes by itself, the CSRF token and the idempotency key are added here,
// and every failure becomes one error type that says whether trying again can help.
import type { Me, Problem, SignedIn } from "./types";

const base = "/api/v1";
/** A request that takes longer is given up; the idempotency key makes a second try harmless. */
const timeoutMs = 10_000;
/** While a node goes down another takes over: a request that finds nobody is tried again for so long before it has failed. */
const quietMs = 2_000;
const quietPauseMs = 150;

let csrf = "";

/** A refusal by the server (with its problem document), or no answer at all (`offline`). */
export class RequestError extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem | null,
    readonly retryAfterS: number | null = null,
  ) {
    super(problem?.detail ?? `HTTP ${status}`);
  }
  get code(): string {
    return this.problem?.code ?? (this.status === 0 ? "offline" : "error");
  }
  get offline(): boolean {
    return this.status === 0;
  }
  /** True if the same request may succeed later: no answer, or the server says it can't just now. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** Called when the server no longer knows the session. */
let onSignedOut: () => void = () => undefined;
export function whenSignedOut(handler: () => void): void {
  onSignedOut = handler;
}

export function newKey(): string {
  return crypto.randomUUID();
}

async function request<T>(method: string, path: string, body?: unknown, key?: string): Promise<T> {
  const began = performance.now();
  for (;;) {
    try {
      return await requestOnce<T>(method, path, body, key);
    } catch (error) {
      const again = error instanceof RequestError && error.offline && performance.now() - began < quietMs;
      if (!again) throw error;
      await new Promise((done) => setTimeout(done, quietPauseMs * (0.5 + Math.random())));
    }
  }
}

async function requestOnce<T>(method: string, path: string, body?: unknown, key?: string): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (method !== "GET" && csrf) headers["X-CSRF-Token"] = csrf;
  if (key) headers["Idempotency-Key"] = key;
  let response: Response;
  let text: string;
  try {
    response = await fetch(base + path, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      cache: "no-store",
      signal: AbortSignal.timeout(timeoutMs),
    });
    text = await response.text();
  } catch {
    throw new RequestError(0, null);
  }
  if (response.ok) return (text ? JSON.parse(text) : null) as T;
  const problem = parseProblem(text);
  if (response.status === 401 && path !== "/session") onSignedOut();
  const retry = Number(response.headers.get("Retry-After"));
  throw new RequestError(response.status, problem, Number.isFinite(retry) && retry > 0 ? retry : null);
}

function parseProblem(text: string): Problem | null {
  try {
    return JSON.parse(text) as Problem;
  } catch {
    return null;
  }
}

export function get<T>(path: string): Promise<T> {
  return request<T>("GET", path);
}
/** The server's code for "not just now, ask again in a moment": asked again here, so nobody need press twice. */
const askAgain = "retry";
const askAgainMax = 3;

/** A command: `key` stays the same over all tries of one intent. */
export async function post<T>(path: string, body: unknown, key: string = newKey()): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await request<T>("POST", path, body, key);
    } catch (error) {
      const again = error instanceof RequestError && error.status === 503 && error.code === askAgain;
      if (!again || tries >= askAgainMax) throw error;
      await new Promise((done) => setTimeout(done, (error.retryAfterS ?? 1) * 1000));
    }
  }
}

/** A command that takes something away. */
export function remove<T>(path: string, key: string = newKey()): Promise<T> {
  return request<T>("DELETE", path, undefined, key);
}

export async function signIn(user: string, password: string, totp: string): Promise<Me> {
  const given = totp ? { user, password, totp } : { user, password };
  csrf = (await request<SignedIn>("POST", "/session", given)).csrf;
  return await me();
}
/** Who is signed in; throws a 401 RequestError if nobody is. */
export async function me(): Promise<Me> {
  const answer = await get<Me>("/me");
  csrf = answer.csrf;
  return answer;
}
export async function signOut(): Promise<void> {
  await request("DELETE", "/session");
  csrf = "";
}

/** An id as one segment of a path. */
export function segment(id: string): string {
  return encodeURIComponent(id);
}
