// The live feed's frames as docs/openapi.json describes them.
import type { Load } from "./rule_types";
import type { Case, FieldVisit } from "./types";

/** How the node that serves the feed is. */
export interface Condition {
  island_since: string | null;
  reconciling: boolean;
  disk_failed_since: string | null;
  replicas_missing: boolean;
}
/** A case whole, or what differs from what this feed said last of it, or of one that is `like` it. */
export type LiveChange =
  | { case: Case }
  | { id: string; like?: string; base: number; differs: Record<string, unknown> };
export type LiveFrame =
  | { type: "snapshot"; token: string; at: string; cases: Case[] }
  | { type: "changes"; token: string; changes: LiveChange[] }
  | { type: "visits"; token: string; at: string; snapshot: boolean; visits: FieldVisit[] }
  | ({ type: "condition" } & Condition)
  | ({ type: "load" } & Load)
  | { type: "beat"; at: string }
  | { type: "bye"; reason: "signed_out" | "revoked" | "draining" };
