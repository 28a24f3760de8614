// The priority badge: octagon 1, triangle 2, square T. Shape and number say the same as the hue, so that the hue is
// never needed; filled, outlined, pulsing or with a crossed bell by what the case waits for.
import { t } from "./i18n";
import type { Lane } from "./types";

export type BadgeState = "untaken" | "silenced" | "cleared" | "taken";

/** What stands in the badge and in every short list of priorities. */
export const laneMark: Record<Lane, string> = { life: "1", care: "2", technical: "T" };

const shapes: Record<Lane, { points: string; textY: number }> = {
  life: { points: "14,3 30,3 41,14 41,30 30,41 14,41 3,30 3,14", textY: 29.5 },
  care: { points: "22,3 42,40 2,40", textY: 35.5 },
  technical: { points: "4,4 40,4 40,40 4,40", textY: 29.5 },
};

export function Badge({ lane, state }: { lane: Lane; state: BadgeState }) {
  const shape = shapes[lane];
  return (
    <svg class={`badge badge-${lane} badge-${state}`} viewBox="0 0 44 44" role="img" aria-label={t().lane[lane]}>
      <polygon class="badge-shape" points={shape.points} />
      <text class="badge-mark" x="22" y={shape.textY} text-anchor="middle">
        {laneMark[lane]}
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
