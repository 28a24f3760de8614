// Why a case has the priority it has, and what a step asks for, in the page's language. The server says both as codes
// where it decided by its own tables, and in a municipality's own words where those decided.
import { t, word } from "./i18n";
import { urgencyOf } from "./badge";
import type { Case, Step } from "./types";

/** Ids of the built-in plans' steps begin so; a municipality's own steps are in its own words. */
const builtIn = "default-";

/** "Fast utløser (0004)" for "device:0004"; a municipality's own words as they are. */
export function whyPriority(c: Case): string {
  const words = t().reason;
  const [source, code = ""] = splitOnce(c.lane_reason);
  switch (source) {
    case "device":
      return `${word(t().deviceType, String(Number(code)))} (${code})`;
    case "status":
      return `${word(t().status, String(Number(code)))} (${code})`;
    case "policy":
      return words.policy(code);
    case "unknown_device":
      return words.unknown_device;
    case "aged":
      return words.aged;
    default:
      return c.lane_reason || t().lane[urgencyOf(c)];
  }
}
export function stepText(step: Step): string {
  return step.id.startsWith(builtIn) ? t().step[step.action] || step.text : step.text;
}

function splitOnce(text: string): [string, string?] {
  const at = text.indexOf(":");
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
