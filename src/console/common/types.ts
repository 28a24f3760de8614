// The API's shapes as docs/openapi.json describes them, and nothing else. Names are the wire's, so that a reader
// finds the same word in the server, in the description and here.

import type { HistoryItem } from "./history_types";
import type { Escalation, OutageSummary, RuleNote, WorkList } from "./rule_types";

export type { Actor, HistoryItem, HistoryType } from "./history_types";

export type Lane = "life" | "care" | "technical";
/** 1 life, 2 care, 3 low care, 4 technical: the queue's order. */
export type Priority = 1 | 2 | 3 | 4;
export type CaseState = "open" | "claimed" | "dispatched" | "closed";
export type VisitState =
  | "offered"
  | "accepted"
  | "en_route"
  | "on_site"
  | "done"
  | "declined"
  | "timed_out"
  | "recalled";
export type StepAction =
  | "unspecified" | "call_resident" | "check_next_visit"
  | "call_next_of_kin" | "dispatch_team" | "call_emergency" | "other";
export type OutcomeKind = "real" | "false" | "test" | "technical";
export type Role = "operator" | "responder" | "municipality_administrator" | "centre_administrator";
export type Kind =
  | "unspecified" | "safety_alarm" | "fall" | "fire" | "gas" | "medicine" | "door" | "bed"
  | "inactivity" | "epilepsy" | "health" | "water" | "temperature" | "intruder" | "stove"
  | "nurse_call" | "other_personal" | "check" | "battery" | "mains" | "link" | "tamper" | "fault"
  | "test" | "noisy_device" | "outage" | "unknown_device";

export interface Door {
  part: "main" | "under" | "cellar" | "loft";
  floor: number;
  door: number;
}
export interface Address {
  street: string;
  dwelling: string;
  door: Door | null;
  postcode: string;
  place: string;
  latitude: number | null;
  longitude: number | null;
}
export interface Position {
  latitude: number;
  longitude: number;
  accuracy_m: number;
  at: string | null;
}
export interface Subject {
  kind: "resident" | "household" | "device" | "unknown" | "outage";
  id: string;
  name: string;
  age: number | null;
  address: Address | null;
}
export interface Owner {
  user: string;
  name: string;
  since: string;
}
export interface Alarm {
  signal_id: string;
  device: string;
  protocol: string;
  kind: Kind;
  occurred_at: string;
  received_at: string;
  last_received_at: string;
  count: number;
  lane: Lane;
  device_type: number;
  status: number;
  location: number;
  location_text: string;
  text: string;
  sensor: string;
  position: Position | null;
  cleared: boolean;
  late: boolean;
  trace: string;
}
export interface Visit {
  id: string;
  case: string;
  team: string;
  team_name: string;
  state: VisitState;
  responder: string;
  responder_name: string;
  message: string;
  reason: string;
  note: string;
  overdue: boolean;
  offered_at: string | null;
  accepted_at: string | null;
  en_route_at: string | null;
  on_site_at: string | null;
  ended_at: string | null;
}
export interface Step {
  id: string;
  action: StepAction;
  text: string;
  target: string;
  done: boolean;
  done_by: string;
  done_at: string | null;
}
export interface Outcome {
  kind: OutcomeKind;
  cause: string;
  action: string;
  note: string;
  with_visit: boolean;
}
export type OutcomeGiven = Omit<Outcome, "with_visit">;

export interface Case {
  id: string;
  version: number;
  municipality: string;
  municipality_name: string;
  subject: Subject;
  lane: Lane;
  lane_reason: string;
  priority: Priority;
  state: CaseState;
  kind: Kind;
  owner: Owner | null;
  opened_at: string;
  queued_at: string;
  waiting_since: string | null;
  attention: boolean;
  cleared: boolean;
  late: boolean;
  signal_count: number;
  repeats_24h: number;
  released_reason: string;
  reopened_reason: string;
  alarms: Alarm[];
  visits: Visit[];
  steps: Step[];
  outcome: Outcome | null;
  closed_at: string | null;
  closed_by: string;
  outage_deeds: OutageDeed[];
  list: WorkList;
  decisions: RuleNote[];
  escalations: Escalation[];
  asks_who: boolean;
  identified: { id: string; name: string } | null;
  cognitive_impairment: boolean;
  absent: string;
  requeued_reason: string;
  outage: OutageSummary | null;
}
/** What somebody did at a node that was cut off, and that could not be merged. */
export interface OutageDeed {
  user: string;
  name: string;
  node: string;
  what: string;
  at: string;
  merged_at: string | null;
  why: string;
  note: string;
}

export interface NextOfKin {
  name: string;
  relation: string;
  phone: string;
  quiet_from: string;
  quiet_to: string;
}
export interface Access {
  key_box: string;
  has_code: boolean;
  lock: string;
  fallback: string;
}
export interface Resident {
  id: string;
  municipality: string;
  name: string;
  birth_year: number | null;
  age: number | null;
  phone: string;
  address: Address | null;
  access: Access | null;
  to_know: string[];
  next_of_kin: NextOfKin[];
  devices: { id: string; protocol: string; wire_id: string; kind: string }[];
  cognitive_impairment: boolean;
}
/** A case asked for alone: with the people it may be about, and everything that happened. */
export interface CaseAlone extends Case {
  resident: Resident | null;
  residents: Resident[];
  related: Case[];
  history: HistoryItem[];
  /** False when the ledger could not be read just now. */
  history_available: boolean;
}

export interface Team {
  id: string;
  name: string;
  municipality: string;
  phone: string;
}
export interface FieldVisit extends Visit {
  municipality: string;
  municipality_name: string;
  lane: Lane;
  kind: Kind;
  opened_at: string;
  resident: { name: string; age: number | null; phone: string } | null;
  address: Address | null;
  position: Position | null;
  access: Access | null;
  to_know: string[];
  centre_phone: string;
}

export interface Config {
  map_tiles: string;
  answer_target_s: number;
  answer_limit_s: number;
  claim_lease_s: number;
  centre_phone: string;
  session_idle_s: number;
  beat_interval_s: number;
  municipalities: { id: string; answer_target_s: number; answer_limit_s: number; map_tiles: string }[];
}
export interface SignedIn {
  user: string;
  name: string;
  role: Role;
  municipalities: { id: string; name: string }[];
  teams: { id: string; name: string; municipality: string }[];
  csrf: string;
}
export interface Me extends SignedIn {
  config: Config;
}

export interface Problem {
  title: string;
  status: number;
  detail: string;
  code: string;
  current?: Case;
  changes?: HistoryItem[];
}
