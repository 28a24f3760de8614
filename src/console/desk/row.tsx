// One case as a row of 72 px: priority, waiting, what, who, where, and the one button that takes it. Rows are
// keyed by case, so a press belongs to the case it began on: released over another row's element, it is no click.
import { Badge, priorityOf, type BadgeState } from "../common/badge";
import { minutesSeconds, now, secondsSince, shortTime, timeSince } from "../common/clock";
import { t, word } from "../common/i18n";
import { streetAndDoor } from "../common/place";
import { parentText } from "../common/rule_words";
import type { Case } from "../common/types";
import { claim, dismissFailure, failures, underWay } from "./actions";
import { rovingId } from "./keys";
import { isSilenced } from "./silence";
import { canAct, isMine, limitsOf, openId, selectedId, waitingSince } from "./store";

/** How far a case has come, as a key of the dictionary's progress part. */
export function progressOf(c: Case): keyof ReturnType<typeof t>["progress"] {
  const visit = c.visits.at(-1);
  if (!visit) return "claimed";
  if (visit.overdue && visit.state === "offered") return "overdue";
  const state = visit.state;
  return state === "declined" || state === "timed_out" || state === "recalled" ? "returned" : state;
}

function badgeState(c: Case): BadgeState {
  if (c.state !== "open") return "taken";
  if (c.cleared) return "cleared";
  return isSilenced(c.id) ? "silenced" : "untaken";
}

/** "Astrid Olsen (84)". */
export function nameAndAge(c: Case): string {
  if (c.outage) return parentText(c.outage.parent);
  return c.subject.age === null ? c.subject.name : `${c.subject.name} (${c.subject.age})`;
}
export function whatAndWho(c: Case): string {
  return [word(t().kind, c.kind), nameAndAge(c)].filter(Boolean).join(" · ");
}

function Waited({ c }: { c: Case }) {
  const seconds = secondsSince(c.state === "open" ? waitingSince(c) : (c.owner?.since ?? c.opened_at), now.value);
  const target = limitsOf(c).target;
  const over = c.state === "open" && seconds >= target;
  const bold = c.state === "open" && seconds >= target / 2;
  return (
    <span class={`waited${over ? " waited-over" : bold ? " waited-long" : ""}`}>
      <span class="unseen">{t().queue.waited} </span>
      <span class="clock">{minutesSeconds(seconds)}</span>
      {over && <span class="over-word">{t().queue.overLimit}</span>}
    </span>
  );
}

function goneText(c: Case): string {
  const words = t().queue;
  if (c.state === "closed") return words.closedBy(c.closed_by);
  // Gone without anybody having taken it: it did not remain when an outage was over.
  if (!c.owner) return t().outage.rowGone;
  const at = shortTime(c.owner.since);
  return isMine(c) ? words.takenByYou(at) : words.takenBy(c.owner.name, at);
}

/** When the oldest late alarm of the case really happened. */
function occurredAt(c: Case): string {
  const late = c.alarms.filter((a) => a.late).map((a) => a.occurred_at);
  return late.sort()[0] ?? c.opened_at;
}

function facts(c: Case, gone: boolean): string[] {
  const words = t().queue;
  const list: string[] = [];
  if (gone) list.push(goneText(c));
  else if (c.owner) list.push(isMine(c) ? t().progress[progressOf(c)] : `${c.owner.name}: ${t().progress[progressOf(c)]}`);
  if (c.outage) {
    list.push(t().blackout.down(c.outage.devices_down, c.outage.devices_total));
    list.push(t().blackout.row(c.outage.residents_reached, Math.max(c.outage.residents_down, c.outage.residents_reached)));
  }
  if (c.requeued_reason) list.push(t().rules.requeued);
  if (c.absent) list.push(t().rules.absent(c.absent));
  if (c.late) list.push(words.late(timeSince(occurredAt(c), now.peek())));
  if (c.attention) list.push(words.attention);
  if (c.subject.address) list.push(streetAndDoor(c.subject.address));
  if (c.signal_count > 1) list.push(words.signals(c.signal_count));
  if (c.repeats_24h > 0) list.push(words.repeats(c.repeats_24h));
  if (c.cleared) list.push(words.cleared);
  return list;
}

interface Props {
  c: Case;
  gone?: boolean;
}

export function Row({ c, gone = false }: Props) {
  const words = t().queue;
  const failure = failures.value.get(c.id);
  const takes = c.state === "open" && !gone;
  const busy = underWay.value.has(c.id);
  return (
    <li
      class={`row${gone ? " row-gone" : ""}`}
      data-row={c.id}
      aria-current={openId.value === c.id ? "true" : undefined}
    >
      <Badge priority={priorityOf(c)} state={badgeState(c)} />
      {gone ? <span class="waited" /> : <Waited c={c} />}
      <button
        type="button"
        class="row-open"
        tabIndex={rovingId.value === null || rovingId.value === c.id ? 0 : -1}
        aria-describedby={`facts-${c.id}`}
        onFocus={() => (selectedId.value = c.id)}
        onClick={() => {
          selectedId.value = c.id;
          openId.value = c.id;
        }}
      >
        <span class="row-what">{word(t().kind, c.kind)}</span>
        {nameAndAge(c) && ` · ${nameAndAge(c)}`}
        <span class="row-place">, {c.municipality_name}</span>
      </button>
      <span class="row-facts" id={`facts-${c.id}`}>
        {failure ? <strong>{failure.message}</strong> : facts(c, gone).join(" · ")}
      </span>
      <span class="row-act">
        {failure?.retry && (
          <button type="button" onClick={failure.retry}>
            {words.retry}
          </button>
        )}
        {failure && !failure.retry && (
          <button type="button" onClick={() => dismissFailure(c.id)}>
            {t().error.dismiss}
          </button>
        )}
        {takes && !failure && selectedId.value === c.id && <kbd aria-hidden="true">T</kbd>}
        {takes && !failure && (
          <button
            type="button"
            class={c.lane === "life" ? "primary" : ""}
            aria-disabled={!canAct.value || busy}
            title={canAct.value ? undefined : words.noClaimOffline}
            onClick={() => void claim(c.id)}
          >
            {words.take} <span class="unseen">{whatAndWho(c)}</span>
          </button>
        )}
      </span>
    </li>
  );
}
