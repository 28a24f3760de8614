// The real server for a test: `varde demo` on free ports with its data in a directory of its own, and a device played
// by SIPp with the scenarios of tests/integration/sipp.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const top = fileURLToPath(new URL("../../../", import.meta.url));
/** The program under test. */
export const program = process.env.VARDE_BINARY ?? join(top, "build", "varde");
const scenarios = join(top, "tests", "integration", "sipp");
const startMsMax = 60_000;
const listeners = ["https", "scaip-udp", "scaip-tcp", "scaip-tls", "native", "metrics"];

/** False where the server isn't built: then there is nothing to test here. */
export const built = existsSync(program);

/** The exit status, when it comes. */
export function ended(child) {
  return new Promise((done) => child.once("exit", (code) => done(code)));
}

/** The line with which a fresh `varde` says that it serves; `child.log()` is what it has logged. */
export async function ready(child) {
  let log = "";
  child.stderr.on("data", (text) => (log += text));
  child.log = () => log;
  const exit = ended(child);
  return await new Promise((done, failed) => {
    let out = "";
    const late = setTimeout(() => failed(new Error(`varde was not ready in time:\n${log}`)), startMsMax);
    child.stdout.on("data", (text) => {
      out += text;
      const line = /^varde ready .*$/m.exec(out);
      if (!line) return;
      clearTimeout(late);
      done(line[0]);
    });
    void exit.then((code) => failed(new Error(`varde ended with ${code} before it was ready:\n${log}`)));
  });
}

/** Starts the demo; gives {demo, data, origin, redis, stop()}. */
export async function startVarde(...more) {
  const data = mkdtempSync(join(tmpdir(), "varde-browser-"));
  const listen = listeners.flatMap((name) => [`--${name}`, "127.0.0.1:0"]);
  const child = spawn(program, ["demo", "--quiet", "--data", data, ...listen, ...more], {
    cwd: top,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exit = ended(child);
  await ready(child);
  const demo = JSON.parse(readFileSync(join(data, "demo.json"), "utf8"));
  return {
    demo,
    data,
    origin: `https://${demo.https}`,
    log: child.log,
    /** The process of its private redis-server. */
    redis: Number(readFileSync(join(data, "redis", "redis.pid"), "utf8")),
    forget: () => rmSync(data, { recursive: true, force: true }),
    stop: async ({ keep = false } = {}) => {
      child.kill("SIGTERM");
      assert.equal(await exit, 0, child.log());
      if (!keep) rmSync(data, { recursive: true, force: true });
    },
  };
}

/** One SCAIP alarm over UDP by SIPp; fulfilled when the device has its <mrs>. Gives the signal id. */
export async function ring(demo, device, { type = "0003", status = "0010", location = "043" } = {}) {
  const ref = Date.now().toString(36);
  const mrq =
    `<mrq><ref>${ref}</ref><cid>${device.id}</cid><dty>${type}</dty><mty>ME</mty>` +
    `<stc>${status}</stc><lco>${location}</lco><crd>gsm:</crd><cha>0</cha></mrq>`;
  const directory = mkdtempSync(join(tmpdir(), "varde-sipp-"));
  const args = [demo.scaip_udp, "-i", "127.0.0.1", "-t", "u1", "-m", "1", "-nostdin"];
  args.push("-sf", join(scenarios, "request.xml"), "-oocsf", join(scenarios, "out_of_call.xml"));
  args.push("-key", "mrq", mrq, "-key", "cid", device.id, "-timeout", "20s", "-timeout_error");
  if (device.digest_user) args.push("-au", device.digest_user, "-ap", device.digest_password);
  const child = spawn("sipp", args, { cwd: directory, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout.on("data", (text) => (output = (output + text).slice(-3000)));
  child.stderr.on("data", (text) => (output += text));
  const code = await ended(child);
  rmSync(directory, { recursive: true, force: true });
  assert.equal(code, 0, `sipp: ${output}`);
  return `${device.id}/${ref}`;
}
