// What the node's condition is called on a screen.
import { now, timeSince } from "./clock";
import { notice, type Notice } from "./condition";
import { t } from "./i18n";

function wordsFor(said: Notice, place: "long" | "short" | "field"): (since: string) => string {
  if (place !== "field") return t().condition[place][said.key];
  // Fewer copies are the operators' to pass on, not the teams'.
  return said.key === "replicas" ? () => "" : t().fieldCondition[said.key];
}

/** The banner's words, whole, short where something else is said as well, or for the field; null when all is well. */
export function noticeText(place: "long" | "short" | "field"): string | null {
  const said = notice.value;
  if (!said) return null;
  return wordsFor(said, place)(said.since ? timeSince(said.since, now.peek()) : "") || null;
}
