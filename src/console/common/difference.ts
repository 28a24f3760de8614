// Cases on the live feed come whole the first time and then as what differs from the state before, which is a tenth of
// it. What is kept here is what the feed has said, and nothing that came another way.
import type { LiveChange } from "./live_types";
import type { Case } from "./types";

type Members = Record<string, unknown>;

function hasMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `differs` put onto `held`, neither of which is changed: docs/openapi.json, LiveDifference. */
export function withDifference(held: unknown, differs: unknown): unknown {
  if (!hasMembers(differs)) return differs;
  if (Array.isArray(held)) {
    const next = [...(held as unknown[])];
    for (const [place, value] of Object.entries(differs)) next[Number(place)] = withDifference(next[Number(place)], value);
    return next;
  }
  if (!hasMembers(held)) return differs;
  const next: Members = { ...held };
  for (const [name, value] of Object.entries(differs)) next[name] = withDifference(held[name], value);
  return next;
}

/** The open cases as this feed has told them. */
export class Told {
  private cases = new Map<string, Case>();

  /** All that is open: everything before is over. */
  begin(list: readonly Case[]): void {
    this.cases = new Map(list.map((c) => [c.id, c]));
  }

  /** The cases as they are after a frame's changes, in its order; null if it was made for somebody who holds other ones. */
  take(changes: readonly LiveChange[]): Case[] | null {
    const now: Case[] = [];
    // All differences of a frame are from the state before it, so nothing is put away until all are read.
    for (const change of changes) {
      if ("case" in change) {
        now.push(change.case);
        continue;
      }
      const held = this.cases.get(change.like ?? change.id);
      if (held?.version !== change.base) return null;
      now.push(withDifference(held, change.differs) as Case);
    }
    for (const c of now) {
      if (c.state === "closed") this.cases.delete(c.id);
      else this.cases.set(c.id, c);
    }
    return now;
  }
}
