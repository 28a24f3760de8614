// A made-up case for the unit tests; a test says only what matters to it.
import type { Case, Me } from "../common/types";

export function aCase(more: Partial<Case> = {}): Case {
  const at = "2026-11-22T01:00:00.000Z";
  return {
    id: "solvik.r-1.1",
    version: 1,
    municipality: "solvik",
    municipality_name: "Solvik",
    subject: { kind: "resident", id: "r-1", name: "Astrid Olsen", age: 84, address: null },
    lane: "care",
    lane_reason: "device:0004",
    priority: 2,
    state: "open",
    kind: "safety_alarm",
    owner: null,
    opened_at: at,
    queued_at: at,
    waiting_since: at,
    attention: false,
    cleared: false,
    late: false,
    signal_count: 1,
    repeats_24h: 0,
    released_reason: "",
    reopened_reason: "",
    alarms: [],
    visits: [],
    steps: [],
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
    ...more,
  };
}

/** Kari, operator of Solvik. */
export function aSession(): Me {
  const targets = { answer_target_s: 60, answer_limit_s: 180 };
  return {
    user: "kari",
    name: "Kari Nordmann",
    role: "operator",
    municipalities: [{ id: "solvik", name: "Solvik" }],
    teams: [],
    csrf: "csrf",
    config: {
      ...targets,
      map_tiles: "",
      claim_lease_s: 30,
      centre_phone: "",
      session_idle_s: 3600,
      beat_interval_s: 5,
      municipalities: [{ id: "solvik", map_tiles: "", ...targets }],
    },
  };
}
