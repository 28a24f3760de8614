// The part of the made-up centre that rules hold and watch: the people in an outage, signals that wait, the technicians'
// devices, the operators' load and the worst offenders. The shapes are those of docs/openapi.json.

const ago = (seconds) => new Date(Date.now() - seconds * 1000).toISOString();
const ahead = (seconds) => ago(-seconds);
const rule = (id, reason, at = ago(30)) => ({ rule: id, reason, policy_version: 4, at });
const address = (n) => ({
  street: `Åslia ${n}`,
  dwelling: "H0101",
  door: { part: "main", floor: 1, door: 1 },
  postcode: "5200",
  place: "Solvik",
  latitude: 60.4,
  longitude: 5.3,
});
const person = (id, name, age, n) => ({ kind: "resident", id, name, age, address: address(n) });
const signal = (id, place) => ({
  signal_id: id,
  protocol: "scaip",
  device: "26001",
  device_type: 14,
  status: 76,
  location: 0,
  location_text: place,
  text: "",
  sensor: "",
  position: null,
  occurred_at: ago(30),
  received_at: ago(30),
});

export class Watched {
  constructor(world) {
    this.world = world;
    this.outages = new Map();
    this.held = [];
    this.suppressed = new Map();
    this.checks = new Map();
    this.absences = new Map();
    this.devices = [];
    this.load = { window_s: 600, centre: { cases: 0, operators: 1, per_operator: 0, flood: false }, municipalities: [] };
    this.offenders = null;
  }

  /** An outage of so many homes; the first of them depend on power to live. */
  blackout(homes, parent = "power:aasen") {
    const summary = { parent, devices_total: homes + 3, devices_down: homes, devices_back: 0, residents_down: homes };
    const outage = { ...summary, residents_reached: 0, began_at: ago(95), over: false };
    const id = this.world.raise({ resident: parent, kind: "outage", lane: "care", ago: 60, outage, steps: [], alarms: [] });
    this.world.change(id, (c) => {
      c.subject = { kind: "outage", id: parent, name: parent, age: null, address: null };
      c.decisions = [rule("varde:outage", "")];
      this.world.note(c, "outage_changed", { kind: "system", user: "", name: "" }, { parent, joined: homes, back: 0, outage });
    });
    const people = Array.from({ length: homes }, (_, n) => ({
      id: `r-${9000 + n}`,
      subject: person(String(9000 + n), n === 0 ? "Gunnar Lie" : `Innbygger ${n}`, 70 + (n % 25), n + 1),
      phone: "+4790000009",
      depends_on_power: n === 0 ? ["oxygen"] : [],
      lives_alone: n % 2 === 0,
      cognitive_impairment: n === 1,
      vulnerability: n === 0 ? 12 : 4,
      down_since: ago(95 - n / 10),
      reached_at: null,
      reached_by: "",
      reached_how: "",
      devices: [{ id: `d${n}`, wire_id: `5${n}`, protocol: "scaip", silent: false, down_since: ago(95) }],
    }));
    this.outages.set(id, people);
    return id;
  }
  reach(id, subject, by, at) {
    const found = this.outages.get(id)?.find((one) => one.id === subject && !one.reached_at);
    if (found) Object.assign(found, { reached_at: at, reached_by: by, reached_how: "phone" });
    return found;
  }
  /** The first `n` are back. */
  back(id, n) {
    this.outages.get(id).splice(0, n);
    this.world.change(id, (c) => {
      c.outage = { ...c.outage, devices_down: c.outage.devices_down - n, devices_back: n };
      this.world.note(c, "outage_changed", { kind: "system", user: "", name: "" }, { joined: 0, back: n });
    });
  }

  /** A door that may close by itself; and something of the same person that became no case. */
  hold(subject = "solvik.r-astrid", name = "Astrid Olsen") {
    const by = rule("dor-natt", "Døra får to minutter på å lukkes om natten");
    const held = { signal: signal("26001/901", "Inngangsdør"), kind: "door", lane: "care", lane_reason: "", by, until: ahead(75) };
    this.held.push({ id: subject, municipality: "solvik", subject: person("astrid", name, 84, 3), held });
    const pilot = rule("pilot-seng", "Sengesensorer er i prøvedrift til mars");
    this.suppressed.set(subject, [{ signal: signal("26001/900", "Soverom"), kind: "bed", lane: "care", lane_reason: "", by: pilot, in_case: "" }]);
  }
  subjectState(id) {
    const held = this.held.filter((one) => one.id === id).map((one) => one.held);
    const subject = person(id, id, null, 3);
    return { id, subject, held, suppressed: this.suppressed.get(id) ?? [], tests: [], expected: [], ...this.expectedOf(id) };
  }
  expectedOf(id) {
    return { checks: this.checks.get(id) ?? [], absence: this.absences.get(id) ?? null };
  }
  /** A night's looks in after somebody: one done, one missed, one due now, one to come. */
  night(subject = "solvik.r-astrid") {
    const look = (standing, hours, more = {}) => {
      const planned = { rule: `tilsyn-${standing}`, reason: "Nattilsyn", planned: ahead(hours * 3600) };
      const times = { from: ahead((hours - 1) * 3600), until: ahead((hours + 0.5) * 3600) };
      return { ...planned, ...times, standing, done_at: null, done_by: "", ...more };
    };
    const done = { done_at: ago(4.9 * 3600), done_by: "Ola Natt" };
    this.checks.set(subject, [look("done", -5, done), look("missed", -2), look("due", 0.2), look("planned", 6)]);
  }
  setExpected(id, method, part, rule, given) {
    const by = "Kari Nordmann";
    if (part === "absence") {
      const { reason, since = ago(0), until = null } = given;
      if (method === "POST") this.absences.set(id, { since, until, reason, by });
      else this.absences.delete(id);
    }
    if (part === "checks") {
      for (const check of this.checks.get(id).filter((one) => one.rule === rule))
        Object.assign(check, { standing: "done", done_at: ago(0), done_by: by });
    }
  }

  trouble(trouble, wire, name, more = {}) {
    this.devices.push({
      id: `solvik.d${wire}`,
      trouble,
      municipality: "solvik",
      municipality_name: "Solvik",
      wire_id: wire,
      protocol: "scaip",
      kind: "safety_alarm",
      sensor: "",
      since: ago(5400),
      last_heard: ago(5700),
      subject_id: "solvik.r-astrid",
      subject: person("astrid", name, 84, 3),
      case: null,
      test: null,
      ...more,
    });
  }
  setTest(id, minutes) {
    this.devices = this.devices.filter((row) => row.trouble !== "test" || row.id !== id);
    if (minutes === 0) return;
    const test = { device: id, kinds: [], until: ahead(minutes * 60), since: ago(0), by: "Kari Nordmann" };
    this.trouble("test", id.replace("solvik.d", ""), "Astrid Olsen", { test });
  }

  /** The answer to a request about what is watched, or undefined if it is about something else. */
  answer(method, path, url, given) {
    const [what, id, part, signalId, verb] = path;
    if (what === "load") return this.load;
    if (what === "held") return { held: this.held };
    if (what === "reports") return this.offenders ?? { since: ago(604800), made_at: ago(0), whole: true, devices: [], kinds: [], rules: [], residents: [] };
    if (what === "cases" && part === "outage") {
      const c = this.world.cases.get(id);
      const people = this.outages.get(id) ?? [];
      return { case: id, version: c.version, summary: c.outage, people: people.length, offset: 0, residents: people.slice(0, 300) };
    }
    if (what === "devices" && part === "test") {
      this.setTest(id, method === "POST" ? (given.minutes ?? 30) : 0);
      return this.subjectState("solvik.r-astrid");
    }
    if (what === "devices") {
      const find = url.searchParams.get("find");
      if (!find) return { left_out: 0, devices: this.devices };
      const rows = this.devices.filter((row) => row.wire_id.startsWith(find));
      return { left_out: 0, devices: rows.map((row) => ({ ...row, trouble: "", case: null, since: null })) };
    }
    if (what !== "subjects") return undefined;
    this.setExpected(id, method, part, signalId, given);
    if (verb === "release") this.held = this.held.filter((one) => one.held.signal.signal_id !== signalId);
    if (verb === "raise") this.suppressed.set(id, []);
    if (verb) this.world.raise({ resident: "astrid", kind: verb === "release" ? "door" : "bed", lane: "care" });
    return this.subjectState(id);
  }
}
