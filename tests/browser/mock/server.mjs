// The stand-in server: serves the built pages under the strict policy they must live with, the API over a World, and
// the live feed, with switches for everything that goes wrong in real life.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";
import { WebSocketServer } from "ws";
import { Refusal, teams, World } from "./world.mjs";

const dist = new URL("../../../src/console/dist/", import.meta.url).pathname;
const types = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
  ".webmanifest": "application/manifest+json",
};
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** A stand-in of its own for `work(world, mock)`, ended after it. */
export async function withMock(work) {
  const mock = await startMock();
  try {
    await work(mock.world, mock);
  } finally {
    await mock.stop();
  }
}

export async function startMock() {
  const world = new World();
  const sockets = new Set();
  const mock = {
    world,
    /** False: upgrades are refused and requests dropped, as if the server were gone. */
    up: true,
    /** False: the sockets stay open but silent. */
    beats: true,
    origin: "",
    /** How the node is; change it with say(). */
    condition: { island_since: null, reconciling: false, disk_failed_since: null, replicas_missing: false },
    say: (change) => {
      Object.assign(mock.condition, change);
      const text = JSON.stringify({ type: "condition", ...mock.condition });
      for (const socket of sockets) socket.send(text);
    },
    /** The operators' load is another. */
    burden: (load) => {
      Object.assign(world.watched.load, load);
      const text = JSON.stringify({ type: "load", ...world.watched.load });
      for (const socket of sockets) socket.send(text);
    },
    /** What an outage took back is gone: a fresh snapshot for everyone. */
    correct: () => sockets.forEach((socket) => socket.begin()),
    /** The node goes down: a goodbye, and nobody there for so long. */
    drain: async (forMs) => {
      mock.up = false;
      for (const socket of sockets) {
        socket.send(JSON.stringify({ type: "bye", reason: "draining" }));
        socket.close(1001);
      }
      await new Promise((done) => setTimeout(done, forMs));
      mock.up = true;
    },
    /** Ends every session as the server would. */
    bye: (reason) => {
      world.sessions.clear();
      for (const socket of sockets) {
        socket.send(JSON.stringify({ type: "bye", reason }));
        socket.close(reason === "revoked" ? 4403 : 4401);
      }
    },
    /** A case as what differs from version `base` of it. */
    tellDifference: (id, base, differs) => {
      const text = JSON.stringify({ type: "changes", token: `t${world.counter}`, changes: [{ id, base, differs }] });
      for (const socket of sockets) socket.send(text);
    },
    dropSockets: () => sockets.forEach((socket) => socket.terminate()),
    stop: async () => {
      clearInterval(beat);
      mock.dropSockets();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };

  const server = createServer((request, response) => {
    if (!mock.up) return void request.socket.destroy();
    handle(request, response).catch((error) => {
      if (!(error instanceof Refusal)) throw error;
      const problem = { type: `/problems/${error.code}`, title: error.code, status: error.status, detail: error.code };
      response.writeHead(error.status, { "Content-Type": "application/problem+json", "Cache-Control": "no-store" });
      response.end(JSON.stringify({ ...problem, code: error.code, ...error.extra }));
    });
  });

  async function handle(request, response) {
    const url = new URL(request.url, mock.origin);
    if (!url.pathname.startsWith("/api/v1/")) return await file(url.pathname, response);
    const path = url.pathname.slice("/api/v1/".length).split("/").map(decodeURIComponent);
    const text = await body(request);
    const given = text ? JSON.parse(text) : {};
    world.requests.push({ method: request.method, path: url.pathname, headers: request.headers, body: given });
    const answer = (value, status = 200, headers = {}) => {
      response.writeHead(status, { "Content-Type": "application/json", "Cache-Control": "no-store", ...headers });
      response.end(value === null ? "" : JSON.stringify(value));
    };
    if (request.method === "POST" && path[0] === "session") {
      const session = world.signIn(given);
      return answer(world.whoIs(session), 200, { "Set-Cookie": `varde=${session.token}; HttpOnly; SameSite=Strict; Path=/` });
    }
    const session = sessionOf(request);
    if (!session) throw new Refusal(401, "not_signed_in");
    if (request.method !== "GET" && request.headers["x-csrf-token"] !== session.csrf) throw new Refusal(403, "csrf");
    if (request.method === "DELETE" && path[0] === "session") {
      world.sessions.delete(session.token);
      return answer(null, 204);
    }
    if (path[0] === "me") return answer({ ...world.whoIs(session), config: world.config });
    if (path[0] === "teams") {
      return answer({ teams: teams.filter((t) => t.municipality === url.searchParams.get("municipality")) });
    }
    if (path[0] === "visits" && path.length === 1) return answer({ visits: world.fieldVisits() });
    const watched = world.watched.answer(request.method, path, url, given);
    if (watched !== undefined) return answer(watched);
    if (path[0] === "cases" && path.length === 2) return answer(world.alone(path[1]));
    if (request.method !== "POST") throw new Refusal(404, "not_found");
    return command(session, path, given, request, answer);
  }

  function command(session, path, given, request, answer) {
    const verb = path[2] ?? path[1];
    const key = request.headers["idempotency-key"];
    if (!key) throw new Refusal(400, "idempotency_key_required");
    if (world.trap?.verb === verb) {
      const trap = world.trap;
      world.trap = null;
      trap.before?.();
      if (trap.status) throw new Refusal(trap.status, trap.code);
    }
    if (world.carriedOut.has(key)) return answer(world.carriedOut.get(key));
    let result;
    if (path[0] === "queue") result = world.next(session);
    else if (path[0] === "cases") result = world.command(session, path[1], verb, given);
    else if (verb === "access-code") result = { code: "4711" };
    else {
      const state = { accept: "accepted", decline: "declined", "en-route": "en_route", "on-site": "on_site", done: "done" }[verb];
      result = world.moveVisit(session, path[1], state, { reason: given.reason ?? "", note: given.note ?? "" });
    }
    if (result === null) return answer(null, 204);
    world.carriedOut.set(key, result);
    answer(result);
  }

  function sessionOf(request) {
    const token = /varde=([^;]+)/.exec(request.headers.cookie ?? "")?.[1];
    return token ? world.sessions.get(token) : undefined;
  }

  const live = new WebSocketServer({ noServer: true });
  server.on("upgrade", (request, socket, head) => {
    const session = sessionOf(request);
    if (!mock.up) return void socket.destroy();
    if (!session) return void socket.end("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
    live.handleUpgrade(request, socket, head, (opened) => serve(opened, session));
  });
  function serve(socket, session) {
    sockets.add(socket);
    const field = session.role === "responder";
    const send = (frame) => socket.readyState === socket.OPEN && socket.send(JSON.stringify(frame));
    const token = () => `t${world.counter}`;
    const at = () => new Date().toISOString();
    const visits = (snapshot, list) => send({ type: "visits", token: token(), at: at(), snapshot, visits: list });
    socket.begin = () => {
      if (field) visits(true, world.fieldVisits());
      else send({ type: "snapshot", token: token(), at: at(), cases: world.active() });
    };
    socket.begin();
    send({ type: "condition", ...mock.condition });
    const listener = (c) => {
      if (!mock.beats) return;
      if (field) visits(false, world.fieldVisits().filter((v) => v.case === c.id));
      else send({ type: "changes", token: token(), changes: [{ case: c }] });
    };
    world.listeners.add(listener);
    socket.on("message", (text) => world.requests.push({ method: "WS", path: "live", body: JSON.parse(text) }));
    socket.on("close", () => {
      world.listeners.delete(listener);
      sockets.delete(socket);
    });
    socket.send(JSON.stringify({ type: "beat", at: at() }));
  }
  const beat = setInterval(() => {
    if (!mock.beats) return;
    for (const socket of sockets) socket.send(JSON.stringify({ type: "beat", at: new Date().toISOString() }));
  }, 5000);

  await new Promise((done) => server.listen(Number(process.env.PORT ?? 0), "127.0.0.1", done));
  mock.origin = `http://127.0.0.1:${server.address().port}`;
  return mock;
}

async function file(path, response) {
  let name = normalize(path);
  if (name === "/felt" || name.endsWith("/")) name = name.replace(/\/?$/, "/index.html");
  try {
    const content = await readFile(join(dist, name));
    response.writeHead(200, {
      "Content-Type": types[extname(name)] ?? "application/octet-stream",
      "Content-Security-Policy": policy,
    });
    response.end(content);
  } catch {
    response.writeHead(404).end();
  }
}

async function body(request) {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text;
}
