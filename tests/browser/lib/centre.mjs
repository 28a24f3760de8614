// A centre of several nodes for a test: the demo's data in a redis-server of the test's own, nodes of the real program
// on it, and one address in front of them, as a virtual address or a load balancer would be.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { ended, program, ready, startVarde } from "./varde.mjs";

async function listening(server) {
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return server.address().port;
}

/** Passes every connection on to the first of its nodes that answers, in order. */
async function startFront() {
  const front = { nodes: [] };
  const open = new Set();
  const server = createServer((client) => {
    open.add(client);
    client.on("error", () => client.destroy()).on("close", () => open.delete(client));
    const attempt = ([address, ...others]) => {
      if (!address) return void client.destroy();
      const [host, port] = address.split(":");
      const node = connect(Number(port), host);
      let through = false;
      node.on("connect", () => {
        through = true;
        client.pipe(node).pipe(client);
      });
      node.on("error", () => (through ? client.destroy() : attempt(others)));
      node.on("close", () => through && client.destroy());
      client.on("close", () => node.destroy());
    };
    attempt(front.nodes);
  });
  const port = await listening(server);
  front.origin = `https://127.0.0.1:${port}`;
  front.stop = () => {
    for (const socket of open) socket.destroy();
    server.close();
  };
  return front;
}

/** Gives {demo, origin, node(name) → {stop()}, stop()}. Nodes are asked in the order they were started. */
export async function startCentre() {
  const seed = await startVarde();
  await seed.stop({ keep: true });
  const home = join(seed.data, "redis");
  const socket = join(home, "redis.sock");
  const redis = spawn("redis-server", ["--dir", home, "--port", "0", "--unixsocket", socket, "--appendonly", "yes"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise((done) => redis.stdout.on("data", (text) => /ready to accept/i.test(text) && done()));
  const redisGone = ended(redis);
  const front = await startFront();
  const running = [];

  async function node(name) {
    const data = join(seed.data, name);
    mkdirSync(data);
    const file = join(data, "varde.toml");
    const tls = join(seed.data, "tls");
    writeFileSync(
      file,
      `[node]\nname = "${name}"\ndata = "${data}"\n[redis]\nurl = "unix:${socket}"\n` +
        `[listen]\nhttps = "127.0.0.1:0"\nscaip_udp = "127.0.0.1:0"\nscaip_tcp = ""\nscaip_tls = ""\nnative = ""\nmetrics = ""\n` +
        `[tls]\ncertificate = "${tls}/server.crt"\nkey = "${tls}/server.key"\n[http]\nallowed_origins = ["${front.origin}"]\n`,
    );
    const child = spawn(program, ["serve", "--config", file], { stdio: ["ignore", "pipe", "pipe"] });
    const line = await ready(child);
    const gone = ended(child);
    const address = /https=(\S+)/.exec(line)[1];
    front.nodes.push(address);
    const one = {
      scaip_udp: /scaip_udp=(\S+)/.exec(line)[1],
      stop: async () => {
        if (!running.includes(one)) return;
        running.splice(running.indexOf(one), 1);
        child.kill("SIGTERM");
        assert.equal(await gone, 0, child.log());
      },
    };
    running.push(one);
    return one;
  }

  return {
    demo: seed.demo,
    origin: front.origin,
    node,
    stop: async () => {
      for (const one of [...running]) await one.stop();
      front.stop();
      redis.kill("SIGTERM");
      await redisGone;
      seed.forget();
    },
  };
}
