// The priority badge: octagon 1, triangle 2, circle 3, square T. Shape and number say the same as the hue, so that the
// hue is never needed; filled, outlined, pulsing or with a crossed bell by what the case waits for.
import { t } from "./i18n";
import type { Lane, Priority } from "./types";

export type BadgeState = "untaken" | "silenced" | "cleared" | "taken";
export type Urgency = "life" | "care" | "low" | "technical";

export const urgencies: Record<Priority, Urgency> = { 1: "life", 2: "care", 3: "low", 4: "technical" };
const priorities: Record<Lane, Priority> = { life: 1, care: 2, technical: 4 };

/** A case's own priority; a visit carries only its lane. */
export function priorityOf(what: { lane: Lane; priority?: Priority }): Priority {
  return what.priority ?? priorities[what.lane];
}
export function urgencyOf(what: { lane: Lane; priority?: Priority }): Urgency {
  return urgencies[priorityOf(what)];
}

/** What stands in the badge and in every short list of priorities. */
export const marks: Record<Priority, string> = { 1: "1", 2: "2", 3: "3", 4: "T" };

const textY: Record<Urgency, number> = { life: 29.5, care: 35.5, low: 29.5, technical: 29.5 };

function Shape({ urgency }: { urgency: Urgency }) {
  switch (urgency) {
    case "life":
      return <polygon class="badge-shape" points="14,3 30,3 41,14 41,30 30,41 14,41 3,30 3,14" />;
    case "care":
      return <polygon class="badge-shape" points="22,3 42,40 2,40" />;
    case "low":
      return <circle class="badge-shape" cx="22" cy="22" r="19" />;
    case "technical":
      return <rect class="badge-shape" x="4" y="4" width="36" height="36" />;
  }
}

export function Badge({ priority, state }: { priority: Priority; state: BadgeState }) {
  const urgency = urgencies[priority];
  return (
    <svg class={`badge badge-${urgency} badge-${state}`} viewBox="0 0 44 44" role="img" aria-label={t().lane[urgency]}>
      <Shape urgency={urgency} />
      <text class="badge-mark" x="22" y={textY[urgency]} text-anchor="middle">
        {marks[priority]}
      </text>
      {state === "silenced" && (
        <g class="badge-extra">
          <circle cx="39" cy="37" r="9" />
          <path d="M34.5 39.5h9l-1.4-1.8v-2.6a3.1 3.1 0 0 0-6.2 0v2.6z M37.8 41.2h2.4 M33 31l12 12" />
        </g>
      )}
      {state === "cleared" && (
        <g class="badge-extra">
          <circle cx="39" cy="37" r="9" />
          <path d="M35.5 34.2a4.5 4.5 0 1 1-.9 4 M34.6 31v3.8h3.8" />
        </g>
      )}
    </svg>
  );
}
