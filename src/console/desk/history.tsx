// Everything that happened to the case, newest first, in words; and, on the newest line, the way to take it back.
import { useId } from "preact/hooks";
import { clockTime, now, shortTime, timeSince } from "../common/clock";
import { condition } from "../common/condition";
import { t, word } from "../common/i18n";
import { stepText } from "../common/reason";
import { recipientText, ruleText } from "../common/rule_words";
import type { Case, CaseAlone, HistoryItem } from "../common/types";
import { detailMissing, undoable } from "./case_detail";
import { undo } from "./undo";

/** What happened, without when and by whom. */
export function sayItem(item: Omit<HistoryItem, "version">, c: Case | null): string {
  const words = t().history;
  const found = c?.steps.find((s) => s.id === item.step);
  const step = found ? stepText(found) : (item.step ?? "");
  switch (item.type) {
    case "case_opened":
      return words.case_opened(word(t().kind, item.kind ?? "unspecified"));
    case "released":
      return [words.released, word(t().released, item.reason ?? "unspecified")].filter(Boolean).join(", ");
    case "taken_over":
      return words.taken_over(item.from_user ?? "");
    case "note_added":
      return item.text ?? "";
    case "step_ticked":
      return item.done ? words.step_done(step) : words.step_undone(step);
    case "visit_offered":
      return [words.visit_offered(item.team_name ?? ""), item.message && `«${item.message}»`].filter(Boolean).join(" ");
    case "visit_moved": {
      const rest = [item.reason, item.note && `«${item.note}»`].filter(Boolean).join(" ");
      return [t().visit[item.state ?? "offered"], rest].filter(Boolean).join(": ");
    }
    case "closed":
      return words.closed(
        t().outcome[item.outcome?.kind ?? "real"],
        word(t().cause, item.outcome?.cause ?? "other"),
      );
    case "reopened":
      return words.reopened(word(t().reopened, item.reason ?? ""));
    case "handled_in_outage": {
      const done = item.deed ? sayItem(item.deed, c) : "";
      return words.handled_in_outage(item.deed ? timeSince(item.deed.at, now.peek()) : "", done, word(t().deedWhy, item.why ?? ""));
    }
    case "signal_held":
      return t().rulesHistory.signal_held(item.until ? shortTime(item.until) : "", item.by ? ruleText(item.by) : "");
    case "hold_ended":
      return word(t().rulesHistory.hold_ended, item.reason ?? "unspecified");
    case "absence_started":
      return t().rulesHistory.absence_started(item.reason ?? "");
    case "escalated":
      return t().rulesHistory.escalated(recipientText(item.to ?? "", item.to_name ?? ""));
    case "moved_to_list":
      return t().rulesHistory.moved_to_list(t().list[item.list ?? "operators"], item.by ? ruleText(item.by) : "");
    case "resident_identified":
      return t().rulesHistory.resident_identified(item.name ?? "");
    case "outage_changed":
      return t().rulesHistory.outage_changed(item.joined ?? 0, item.back ?? 0);
    case "outage_reached":
      return t().rulesHistory.outage_reached(item.how === "phone" ? "" : (item.how ?? ""));
    case "test_started":
    case "test_ended":
    case "absence_ended":
    case "check_done":
    case "requeued":
      return t().rulesHistory[item.type];
    case "alarm_joined":
      return [words.alarm_joined, item.signal?.location_text, item.signal?.text].filter(Boolean).join(" · ");
    default:
      return words[item.type];
  }
}

export function sayActor(given: HistoryItem): string {
  const item = given.deed ?? given;
  if (item.actor.kind === "system") return t().history.system;
  if (item.actor.kind === "device") return `${t().history.device} ${item.actor.user}`;
  return item.actor.name || item.actor.user;
}

/** Entries whose line does not say its rule by itself. */
function saysRule(type: HistoryItem["type"]): boolean {
  return type === "case_opened" || type === "alarm_joined" || type === "signal_recorded";
}

export function HistoryLine({ item, c }: { item: HistoryItem; c: Case | null }) {
  return (
    <>
      <time dateTime={item.at}>{clockTime(item.at)}</time>
      <span class={item.type === "note_added" ? "history-note" : ""}>
        {sayItem(item, c)} <span class="muted">· {sayActor(item)}</span>
        {item.by && saysRule(item.type) && <span class="muted"> · {t().rulesHistory.becauseOf(ruleText(item.by))}</span>}
        {item.merged_at && !item.deed && <span class="muted"> · {t().history.merged(timeSince(item.merged_at, now.peek()))}</span>}
      </span>
    </>
  );
}

export function History({ detail }: { detail: CaseAlone | null }) {
  const id = useId();
  const words = t().history;
  const back = detail ? undoable(detail) : null;
  return (
    <section class="part" aria-labelledby={id}>
      <h3 id={id}>{t().pane.history}</h3>
      {detailMissing.value && (
        <p class="notable">{condition.value.island_since ? words.missingInOutage : words.missing}</p>
      )}
      <ol class="history">
        {[...(detail?.history ?? [])].reverse().map((item) => (
          <li key={item.version}>
            <HistoryLine item={item} c={detail} />
            {item === back && (
              <button type="button" class="slim" onClick={() => void undo()}>
                {t().action.undo} <kbd aria-hidden="true">Ctrl+Z</kbd>
              </button>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}
