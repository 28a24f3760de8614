// The operators' load in the banner: how much comes to each, who is flooded, and what was put aside because of it.
import { t } from "../common/i18n";
import { load } from "./store";

/** Names of those who are flooded, as the server reckons; empty if nobody is. */
export function floodNames(): string {
  const now = load.value;
  if (!now) return "";
  const names = now.municipalities.filter((m) => m.flood).map((m) => m.name);
  if (names.length === 0 && now.centre.flood) names.push(t().load.centre);
  return names.join(", ");
}

function putAside(): string {
  return (load.value?.municipalities ?? [])
    .filter((m) => m.shed > 0)
    .map((m) => t().load.shed(m.shed, m.shed_to === "partner" && m.partner ? m.partner : t().list[m.shed_to]))
    .join(" ");
}

export function FloodText() {
  const names = floodNames();
  return (
    <span>
      {names && t().load.flood(names)} {putAside()}
    </span>
  );
}

export function LoadStrip() {
  const now = load.value;
  if (!now || now.centre.cases === 0) return null;
  return (
    <span class="muted load-strip">{t().load.strip(now.centre.per_operator.toFixed(1), now.centre.operators)}</span>
  );
}
