// The API's shapes for what rules do and watch, as docs/openapi.json describes them: decisions, outages, what is held,
// devices, the operators' load and the worst offenders.
import type { CaseState, Kind, Lane, Subject } from "./types";

export type WorkList = "operators" | "technicians" | "tests" | "later" | "partner";
export interface RuleNote {
  rule: string;
  reason: string;
  policy_version: number;
  at: string | null;
}
export interface Escalation {
  step: number;
  of: string;
  to: string;
  to_name: string;
  at: string | null;
}
export type RulesHistoryType =
  | "signal_held" | "hold_ended" | "test_started" | "test_ended" | "absence_started" | "absence_ended"
  | "check_done" | "requeued" | "escalated" | "moved_to_list" | "resident_identified" | "outage_changed"
  | "outage_reached";

export interface OutageSummary {
  parent: string;
  devices_total: number;
  devices_down: number;
  devices_back: number;
  residents_down: number;
  residents_reached: number;
  began_at: string | null;
  over: boolean;
}
export interface OutagePerson {
  id: string;
  subject: Subject;
  phone: string;
  depends_on_power: string[];
  lives_alone: boolean;
  cognitive_impairment: boolean;
  vulnerability: number;
  down_since: string | null;
  reached_at: string | null;
  reached_by: string;
  reached_how: string;
  devices: { id: string; wire_id: string; protocol: string; silent: boolean; down_since: string | null }[];
}
export interface OutageList {
  case: string;
  version: number;
  summary: OutageSummary;
  people: number;
  offset: number;
  residents: OutagePerson[];
}

interface SignalSeen {
  signal_id: string;
  device: string;
  text: string;
  location_text: string;
  received_at: string;
}
export interface Suppressed {
  signal: SignalSeen;
  kind: Kind;
  lane: Lane;
  by: RuleNote | null;
  in_case: string;
}
export interface Held {
  signal: SignalSeen;
  kind: Kind;
  lane: Lane;
  by: RuleNote | null;
  until: string | null;
}
export interface HeldAt {
  id: string;
  municipality: string;
  subject: Subject;
  held: Held;
}
export interface TestMode {
  device: string;
  kinds: Kind[];
  until: string | null;
  since: string | null;
  by: string;
}
/** A resident who is away, in hospital say. */
export interface Absence {
  since: string | null;
  until: string | null;
  reason: string;
  by: string;
}
export interface PlannedCheck {
  rule: string;
  reason: string;
  planned: string;
  from: string;
  until: string;
  standing: "planned" | "due" | "done" | "missed" | "away";
  done_at: string | null;
  done_by: string;
}
export interface SubjectState {
  id: string;
  subject: Subject;
  held: Held[];
  suppressed: Suppressed[];
  tests: TestMode[];
  checks: PlannedCheck[];
  absence: Absence | null;
}

export type DeviceTrouble = "offline" | "battery" | "mains" | "fault" | "noisy" | "test" | "";
export interface DeviceRow {
  id: string;
  trouble: DeviceTrouble;
  municipality: string;
  municipality_name: string;
  wire_id: string;
  protocol: string;
  kind: string;
  sensor: string;
  since: string | null;
  last_heard: string | null;
  subject_id: string;
  subject: Subject;
  case: { id: string; kind: Kind; state: CaseState; list: WorkList; owner_name: string; signal_count: number; by: RuleNote | null } | null;
  test: TestMode | null;
}

export interface LoadFigures {
  cases: number;
  operators: number;
  per_operator: number;
  flood: boolean;
}
export interface Load {
  window_s: number;
  centre: LoadFigures;
  municipalities: (LoadFigures & { id: string; name: string; shed_to: WorkList; partner: string; shed: number })[];
}

export interface Offender {
  municipality: string;
  id: string;
  name: string;
  cases: number;
  without_action: number;
}
export interface ChangedUse {
  municipality: string;
  resident: string;
  name: string;
  recent: number;
  usual: number;
}
export interface Offenders {
  since: string;
  made_at: string;
  whole: boolean;
  devices: Offender[];
  kinds: Offender[];
  rules: Offender[];
  residents: ChangedUse[];
}
