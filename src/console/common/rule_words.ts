// What a rule, a list and a cause of an outage are called on a screen: the municipality's own words where it has some,
// else the page's.
import { shortTime } from "./clock";
import { t, word } from "./i18n";
import type { RuleNote } from "./rule_types";

/** Varde's own rules whose reason a person or a policy has given; that of the others says in English what the page knows. */
const inPeoplesWords = ["varde:flood", "varde:by_hand", "varde:absence"];

/** One rule for two deadlines: which one has passed stands in its reason, in the server's own words. */
const escalation = "varde:escalation";

/** "Døra får tid til å lukkes"; for Varde's own rules in the page's language. */
export function ruleText(rule: RuleNote): string {
  const known = (rule.rule === escalation && t().escalationWhy[rule.reason]) || t().rule[rule.rule];
  if (known) return rule.reason && inPeoplesWords.includes(rule.rule) ? `${known}: ${rule.reason}` : known;
  return rule.reason || rule.rule;
}
export function ruleTextAt(rule: RuleNote): string {
  return rule.at ? t().rules.at(ruleText(rule), shortTime(rule.at)) : ruleText(rule);
}

/** "Strømområde nord" for "power:nord". */
export function parentText(parent: string): string {
  const at = parent.indexOf(":");
  const [type, id] = at < 0 ? ["gateway", parent] : [parent.slice(0, at), parent.slice(at + 1)];
  const words: Record<string, (id: string) => string> = t().parent;
  return (words[type] ?? t().parent.other)(id);
}

export function recipientText(to: string, name: string): string {
  return name || word(t().escalateTo, to);
}
