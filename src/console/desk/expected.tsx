// What is expected of a resident just now: nothing while she is away, in hospital say, and the looks in that are planned
// with how each stands. On the resident's card, with the buttons that change it.
import { remove, segment } from "../common/api";
import { now, shortTime, timeSince } from "../common/clock";
import { t } from "../common/i18n";
import type { Absence, PlannedCheck, SubjectState } from "../common/rule_types";
import type { Resident } from "../common/types";
import { useSignal } from "@preact/signals";
import { canAct, dialog } from "./store";
import { act, keepFocus, subjectOfResident, subjectStates } from "./subject_states";

/** "Borte siden 22.11. 10:00, til 25.11. 12:00: sykehus". */
export function absenceText(away: Absence, nowMs: number): string {
  const words = t().away;
  const until = away.until ? words.until(timeSince(away.until, nowMs)) : words.untilFurther;
  const since = away.since ? timeSince(away.since, nowMs) : "";
  const begun = away.since === null || Date.parse(away.since) <= nowMs;
  return `${begun ? words.since(since) : words.from(since)}, ${until}: ${away.reason}`;
}

/** "utført 02:05 av Kari". */
export function standingText(check: PlannedCheck, nowMs: number): string {
  const words = t().checks;
  const until = timeSince(check.until, nowMs);
  switch (check.standing) {
    case "planned":
      return words.planned;
    case "due":
      return words.due(until);
    case "done":
      return words.done(check.done_at ? timeSince(check.done_at, nowMs) : "", check.done_by);
    case "missed":
      return words.missed(until);
    case "away":
      return words.away;
  }
}

interface Props {
  person: Resident;
  state: SubjectState;
}

function Away({ person, state }: Props) {
  const words = t().away;
  const failed = useSignal("");
  const off = !canAct.value;
  const subject = subjectOfResident(person);
  const end = async () => {
    failed.value = await act(subject, () => remove<SubjectState>(`/subjects/${segment(subject)}/absence`), words.ended(person.name));
    keepFocus();
  };
  return (
    <div>
      <dt>{words.title}</dt>
      <dd class="stack-tight">
        {state.absence && (
          <p>
            <strong>{absenceText(state.absence, now.value)}</strong>
            {state.absence.by && <span class="muted meta"> · {words.by(state.absence.by)}</span>}
          </p>
        )}
        {failed.value && <p class="notable">{failed.value}</p>}
        <div class="acts">
          <button type="button" class="slim" aria-disabled={off} onClick={() => !off && (dialog.value = { absence: person })}>
            {state.absence ? words.change : words.begin} <span class="unseen">{person.name}</span>
          </button>
          {state.absence && (
            <button type="button" class="slim" aria-disabled={off} onClick={() => !off && void end()}>
              {words.end} <span class="unseen">{person.name}</span>
            </button>
          )}
        </div>
      </dd>
    </div>
  );
}

function CheckLine({ person, check }: { person: Resident; check: PlannedCheck }) {
  const words = t().checks;
  const off = !canAct.value;
  const open = check.standing === "due" || check.standing === "missed";
  const name = `${timeSince(check.planned, now.value)} ${check.reason || check.rule}`;
  return (
    <li class="visit">
      <span>
        {name}: {open ? <strong>{standingText(check, now.value)}</strong> : <span class="muted">{standingText(check, now.value)}</span>}
      </span>
      {open && (
        <button type="button" class="slim" aria-disabled={off} onClick={() => !off && (dialog.value = { check, of: person })}>
          {words.mark} <span class="unseen">{`${shortTime(check.planned)} ${check.reason || check.rule}, ${person.name}`}</span>
        </button>
      )}
    </li>
  );
}

export function Expected({ person }: { person: Resident }) {
  const state = subjectStates.value.get(subjectOfResident(person));
  if (!state) return null;
  return (
    <>
      <Away person={person} state={state} />
      {state.checks.length > 0 && (
        <div>
          <dt>{t().checks.title}</dt>
          <dd>
            <ul class="visits">
              {state.checks.map((check) => (
                <CheckLine key={`${check.rule} ${check.planned}`} person={person} check={check} />
              ))}
            </ul>
          </dd>
        </div>
      )}
    </>
  );
}
