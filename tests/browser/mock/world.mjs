// A made-up response centre in memory: enough of the server's rules that the pages can be driven through everything
// that is hard to provoke with a real one. The shapes are those of docs/openapi.json.
import { randomUUID } from "node:crypto";
import { Watched } from "./watched.mjs";

export const municipalities = [
  { id: "solvik", name: "Solvik" },
  { id: "fjelldal", name: "Fjelldal" },
];
export const teams = [
  { id: "natt", name: "Nattpatruljen", municipality: "solvik", phone: "+4755000101" },
  { id: "sone1", name: "Hjemmetjenesten sone 1", municipality: "solvik", phone: "+4755000102" },
  { id: "fjell", name: "Fjelldal vaktlag", municipality: "fjelldal", phone: "+4755000201" },
];
export const accounts = [
  { user: "kari", password: "vinternatt-2026", totp: "", name: "Kari Nordmann", role: "operator" },
  { user: "ola", password: "vinternatt-2026", totp: "123456", name: "Ola Dahl", role: "operator" },
  { user: "ingrid", password: "vinternatt-2026", totp: "", name: "Ingrid Moe", role: "responder" },
];
const config = {
  map_tiles: "",
  answer_target_s: 60,
  answer_limit_s: 180,
  claim_lease_s: 30,
  centre_phone: "+4755000000",
  session_idle_s: 3600,
  beat_interval_s: 5,
  municipalities: municipalities.map((m) => ({
    id: m.id,
    answer_target_s: 60,
    answer_limit_s: 180,
    claim_lease_s: 30,
    phone: "+4755000000",
    map_tiles: "",
  })),
};

const address = (street, dwelling, door, place, latitude, longitude) => ({
  street,
  dwelling,
  door,
  postcode: "5200",
  place,
  latitude,
  longitude,
});
const residents = [
  ["astrid", "solvik", "Astrid Olsen", 84, address("Åslia 3", "H0204", { part: "main", floor: 2, door: 4 }, "Solvik", 60.391, 5.322)],
  ["per", "fjelldal", "Per Nilsen", 79, address("Strandgata 2", "H0101", { part: "main", floor: 1, door: 1 }, "Fjelldal", 60.63, 6.42)],
  ["kari-h", "solvik", "Kari Hansen", 91, address("Hovedveien 10", "H0302", { part: "main", floor: 3, door: 2 }, "Solvik", 60.395, 5.33)],
  ["anders", "solvik", "Anders Aasen", 67, address("Kirkebakken 14", "", null, "Solvik", null, null)],
  ["liv", "fjelldal", "Liv Bjørgum", 88, address("Fjellveien 22", "U0101", { part: "under", floor: 1, door: 1 }, "Fjelldal", 60.64, 6.4)],
].map(([id, municipality, name, age, at]) => ({
  id,
  municipality,
  name,
  birth_year: 2026 - age,
  age,
  phone: "+4790000001",
  address: at,
  access: {
    key_box: "Høyre side av inngangsdøren",
    has_code: true,
    lock: "Elektronisk lås på hoveddøren",
    fallback: "Nøkkel hos nabo i H0203, Berit Lie",
  },
  to_know: ["Hund i gangen, snill", "Hører dårlig på venstre øre"],
  next_of_kin: [
    { name: "Marit Olsen", relation: "datter", phone: "+4790000002", quiet_from: "", quiet_to: "" },
    { name: "Jon Olsen", relation: "sønn", phone: "+4790000003", quiet_from: "22:00", quiet_to: "07:00" },
  ],
  devices: [{ id: `d-${id}`, protocol: "scaip", wire_id: `2600${id.length}`, kind: "safety_alarm" }],
  cognitive_impairment: id === "liv",
}));

const steps = (done) =>
  [
    ["ring", "call_resident", "Ring hjemmet", "+4790000001"],
    ["besok", "check_next_visit", "Se når neste besøk er", ""],
    ["parorende", "call_next_of_kin", "Ring pårørende", "+4790000002"],
    ["lag", "dispatch_team", "Send vaktlaget", "natt"],
    ["113", "call_emergency", "Ring 113 ved fare for liv", "113"],
  ].map(([id, action, text, target]) => ({
    id,
    action,
    text,
    target,
    done,
    done_by: "",
    done_at: null,
  }));

export class Refusal extends Error {
  constructor(status, code, extra = {}) {
    super(code);
    Object.assign(this, { status, code, extra });
  }
}

export class World {
  constructor() {
    this.cases = new Map();
    this.histories = new Map();
    this.listeners = new Set();
    this.sessions = new Map();
    this.carriedOut = new Map();
    this.config = structuredClone(config);
    /** Every request to the API, in order: what the pages really sent. */
    this.requests = [];
    this.counter = 0;
    /** What rules hold and watch: outages, held signals, devices, load. */
    this.watched = new Watched(this);
    /** Set to make the next command of a verb fail, {verb, status, code}, or something happen just before it. */
    this.trap = null;
  }

  signIn({ user, password, totp }) {
    const account = accounts.find((a) => a.user === user && a.password === password);
    if (!account) throw new Refusal(401, "wrong_credentials");
    if (account.totp && account.totp !== totp) throw new Refusal(401, "totp_required");
    const token = randomUUID();
    const session = { ...account, csrf: randomUUID(), token };
    this.sessions.set(token, session);
    return session;
  }
  whoIs(session) {
    return {
      user: session.user,
      name: session.name,
      role: session.role,
      municipalities,
      teams: session.role === "responder" ? teams.slice(0, 2).map(({ phone: _phone, ...team }) => team) : [],
      csrf: session.csrf,
    };
  }

  /** A new case; `ago` seconds old. */
  raise({ resident = "astrid", kind = "safety_alarm", lane = "life", ago = 0, text = "", place = "Stue", repeats = 0, ...rest } = {}) {
    const person = residents.find((r) => r.id === resident) ?? null;
    const municipality = municipalities.find((m) => m.id === (person?.municipality ?? "solvik"));
    this.counter += 1;
    const at = new Date(Date.now() - ago * 1000).toISOString();
    const id = `${municipality.id}.r-${resident}.${this.counter}`;
    const c = {
      id,
      version: 1,
      municipality: municipality.id,
      municipality_name: municipality.name,
      subject: {
        kind: person ? "resident" : "unknown",
        id: person ? `r-${resident}` : `u-${resident}`,
        name: person?.name ?? resident,
        age: person?.age ?? null,
        address: person?.address ?? null,
      },
      lane,
      lane_reason: { life: "device:0003", care: "device:0014", technical: "status:0016" }[lane],
      priority: { life: 1, care: 2, technical: 4 }[lane],
      state: "open",
      kind,
      owner: null,
      opened_at: at,
      queued_at: at,
      waiting_since: at,
      attention: false,
      cleared: false,
      late: false,
      signal_count: 1,
      repeats_24h: repeats,
      released_reason: "",
      reopened_reason: "",
      alarms: [
        {
          signal_id: `26001/${this.counter}`,
          device: "26001",
          protocol: "scaip",
          kind,
          occurred_at: at,
          received_at: at,
          last_received_at: at,
          count: 1,
          lane,
          device_type: 3,
          status: 10,
          location: 43,
          location_text: place,
          text,
          sensor: "",
          position: null,
          cleared: false,
          late: false,
          trace: "00f0a1b2c3d4e5f6",
        },
      ],
      visits: [],
      steps: steps(false),
      outcome: null,
      closed_at: null,
      closed_by: "",
      outage_deeds: [],
      list: "operators",
      decisions: [],
      escalations: [],
      asks_who: false,
      identified: null,
      cognitive_impairment: false,
      absent: "",
      requeued_reason: "",
      outage: null,
      ...rest,
    };
    this.histories.set(id, []);
    this.note(c, "case_opened", { kind: "device", user: "26001", name: "" }, { kind, lane, lane_reason: c.lane_reason }, at);
    this.put(c, false);
    return id;
  }
  /** One more signal in the case. */
  join(id, { lane } = {}) {
    this.change(id, (c) => {
      c.signal_count += 1;
      c.attention = c.state !== "open";
      if (lane) Object.assign(c, { lane, priority: { life: 1, care: 2, technical: 4 }[lane] });
      this.note(c, "alarm_joined", { kind: "device", user: "26001", name: "" }, { kind: c.kind, lane: c.lane });
    });
  }
  clear(id) {
    this.change(id, (c) => {
      c.cleared = true;
      this.note(c, "alarm_cleared", { kind: "device", user: "26001", name: "" }, {});
    });
  }
  /** As if another operator did it. */
  as(user, name, id, verb, body = {}) {
    return this.command({ user, name, role: "operator" }, id, verb, { ...body, version: this.cases.get(id).version });
  }

  change(id, edit) {
    const c = structuredClone(this.cases.get(id));
    edit(c);
    this.put(c, true);
    return c;
  }
  put(c, bump) {
    if (bump) c.version = this.histories.get(c.id).length;
    this.cases.set(c.id, c);
    for (const listener of this.listeners) listener(c);
  }
  note(c, type, actor, fields, at = new Date().toISOString()) {
    const history = this.histories.get(c.id);
    history.push({ version: history.length + 1, at, type, actor, trace: "00f0a1b2c3d4e5f6", ...fields });
  }

  active() {
    const rank = { life: 0, care: 1, technical: 2 };
    return [...this.cases.values()]
      .filter((c) => c.state !== "closed")
      .sort((a, b) => rank[a.lane] - rank[b.lane] || a.queued_at.localeCompare(b.queued_at));
  }
  alone(id) {
    const c = this.cases.get(id);
    if (!c) throw new Refusal(404, "not_found");
    const people = residents.filter((r) => `r-${r.id}` === c.subject.id || c.asks_who);
    const related = this.active().filter((o) => o.id !== id && o.subject.id === c.subject.id);
    return { ...c, resident: people[0] ?? null, residents: people, related, history: this.histories.get(id), history_available: true };
  }
  next(session) {
    const c = this.active().find((one) => one.state === "open");
    return c ? this.command(session, c.id, "claim", { version: c.version }) : null;
  }

  command(session, id, verb, body) {
    const before = this.cases.get(id);
    if (!before) throw new Refusal(404, "not_found");
    const changes = this.histories.get(id).filter((item) => item.version > body.version);
    if (verb === "claim" && before.owner) throw new Refusal(409, "already_claimed", { current: before, changes });
    if (changes.length > 0) throw new Refusal(409, "stale", { current: before, changes });
    if (before.state === "closed") throw new Refusal(409, "closed", { current: before });
    const free = ["claim", "takeover", "list", "identify", "reached"];
    if (!free.includes(verb) && before.owner?.user !== session.user) throw new Refusal(409, "not_owner", { current: before });
    return this.change(id, (c) => this.apply(session, c, verb, body));
  }
  apply(session, c, verb, body) {
    const actor = { kind: "operator", user: session.user, name: session.name };
    const at = new Date().toISOString();
    const owner = { user: session.user, name: session.name, since: at };
    c.attention = false;
    if (verb === "claim") {
      Object.assign(c, { state: "claimed", owner, waiting_since: null });
      this.note(c, "claimed", actor, {});
    } else if (verb === "takeover") {
      const from = c.owner?.name ?? "";
      Object.assign(c, { owner, state: c.state === "open" ? "claimed" : c.state, waiting_since: null });
      this.note(c, "taken_over", actor, { from_user: from });
    } else if (verb === "release") {
      Object.assign(c, { state: "open", owner: null, waiting_since: at, released_reason: "operator" });
      this.note(c, "released", actor, { reason: "operator" });
    } else if (verb === "note") {
      this.note(c, "note_added", actor, { text: body.text });
    } else if (verb === "step") {
      const step = c.steps.find((s) => s.id === body.step);
      Object.assign(step, { done: body.done, done_by: body.done ? session.name : "", done_at: body.done ? at : null });
      this.note(c, "step_ticked", actor, { step: body.step, done: body.done });
    } else if (verb === "dispatch") {
      const team = teams.find((one) => one.id === body.team);
      if (!team) throw new Refusal(422, "unknown_team");
      c.state = "dispatched";
      const visit = {
        id: `${c.id}.v${c.visits.length + 1}`,
        case: c.id,
        team: team.id,
        team_name: team.name,
        state: "offered",
        responder: "",
        responder_name: "",
        message: body.message ?? "",
        reason: "",
        note: "",
        overdue: false,
        offered_at: at,
        accepted_at: null,
        en_route_at: null,
        on_site_at: null,
        ended_at: null,
      };
      c.visits.push(visit);
      this.note(c, "visit_offered", actor, { visit: visit.id, team: team.id, team_name: team.name, message: visit.message });
    } else if (verb === "list") {
      c.list = body.list;
      this.note(c, "moved_to_list", actor, { list: body.list, by: { rule: "varde:by_hand", reason: "", policy_version: 0, at } });
    } else if (verb === "identify") {
      const person = residents.find((r) => r.id === body.resident);
      Object.assign(c, { asks_who: false, identified: { id: person.id, name: person.name } });
      this.note(c, "resident_identified", actor, { resident: person.id, name: person.name });
    } else if (verb === "reached") {
      const person = this.watched.reach(c.id, body.subject, session.name, at);
      if (person) c.outage = { ...c.outage, residents_reached: c.outage.residents_reached + 1 };
      this.note(c, "outage_reached", actor, { subject: body.subject, how: body.how });
    } else if (verb === "recall") {
      this.move(actor, c, body.visit, "recalled", { reason: body.reason ?? "" });
    } else if (verb === "close") {
      if (!body.outcome?.kind || !body.outcome.cause) throw new Refusal(422, "outcome_required");
      const outcome = { note: "", action: "", with_visit: c.visits.some((v) => v.state === "done"), ...body.outcome };
      Object.assign(c, { state: "closed", outcome, closed_at: at, closed_by: session.name });
      this.note(c, "closed", actor, { outcome });
    }
  }

  fieldVisits() {
    return [...this.cases.values()].flatMap((c) =>
      c.visits.map((visit) => {
        const person = residents.find((r) => `r-${r.id}` === c.subject.id);
        return {
          ...visit,
          municipality: c.municipality,
          municipality_name: c.municipality_name,
          lane: c.lane,
          kind: c.kind,
          opened_at: c.opened_at,
          resident: person ? { name: person.name, age: person.age, phone: person.phone } : null,
          address: person?.address ?? null,
          position: null,
          access: person?.access ?? null,
          to_know: person?.to_know ?? [],
          centre_phone: this.config.centre_phone,
        };
      }),
    );
  }
  moveVisit(session, id, state, fields) {
    const visit = this.fieldVisits().find((v) => v.id === id);
    if (!visit) throw new Refusal(404, "not_found");
    const before = { accepted: "offered", declined: "offered", en_route: "accepted", on_site: "en_route", done: "on_site" };
    if (visit.state !== before[state]) throw new Refusal(409, "wrong_state");
    this.change(visit.case, (c) => {
      this.move({ kind: "responder", user: session.user, name: session.name }, c, id, state, fields);
    });
    return this.fieldVisits().find((v) => v.id === id);
  }
  move(actor, c, id, state, fields) {
    const at = new Date().toISOString();
    const visit = c.visits.find((v) => v.id === id);
    const stamp = { accepted: "accepted_at", en_route: "en_route_at", on_site: "on_site_at" }[state] ?? "ended_at";
    Object.assign(visit, { state, [stamp]: at, ...fields });
    if (actor.kind === "responder") Object.assign(visit, { responder: actor.user, responder_name: actor.name });
    this.note(c, "visit_moved", actor, { visit: id, state, ...fields });
  }
}
