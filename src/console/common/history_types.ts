// A case's history as docs/openapi.json describes it: one item a ledger entry.
import type { RuleNote, RulesHistoryType, WorkList } from "./rule_types";
import type { Kind, Lane, Outcome, VisitState } from "./types";

export type HistoryType =
  | "case_opened"
  | "alarm_joined"
  | "alarm_cleared"
  | "signal_recorded"
  | "claimed"
  | "released"
  | "taken_over"
  | "note_added"
  | "step_ticked"
  | "visit_offered"
  | "visit_moved"
  | "visit_overdue"
  | "aged"
  | "closed"
  | "reopened"
  | "handled_in_outage"
  | RulesHistoryType;
export interface Actor {
  kind: "device" | "operator" | "responder" | "administrator" | "system";
  user: string;
  name: string;
}
/** One ledger entry. Which of the optional fields are there depends on the type. */
export interface HistoryItem {
  version: number;
  at: string;
  type: HistoryType;
  actor: Actor;
  kind?: Kind;
  lane?: Lane;
  lane_reason?: string;
  signal?: { device: string; text: string; location_text: string; received_at: string };
  reason?: string;
  from_user?: string;
  text?: string;
  step?: string;
  done?: boolean;
  visit?: string;
  team_name?: string;
  message?: string;
  state?: VisitState;
  note?: string;
  device_time?: string | null;
  outcome?: Outcome;
  list?: WorkList;
  by?: RuleNote | null;
  until?: string | null;
  to?: string;
  to_name?: string;
  name?: string;
  joined?: number;
  back?: number;
  how?: string;
  /** When it was decided again after an outage; `at` stays when it happened. */
  merged_at?: string;
  why?: string;
  /** Of `handled_in_outage`: what was done, with the fields of its type. */
  deed?: Omit<HistoryItem, "version" | "deed"> & { node: string };
}
