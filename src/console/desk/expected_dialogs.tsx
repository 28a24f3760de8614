// The windows in which an operator says that a resident is away, from when and until when, and that a planned look in was
// done. Times are those of the operator's own clock; an empty one means now, or until somebody says so.
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { post, segment } from "../common/api";
import { serverNow, timeSince } from "../common/clock";
import { t } from "../common/i18n";
import type { PlannedCheck, SubjectState } from "../common/rule_types";
import type { Resident } from "../common/types";
import { act, keepFocus, subjectOfResident, subjectStates } from "./subject_states";
import { CommandForm } from "./work_dialogs";

const reasonMax = 200;
const noteMax = 1000;

/** What a datetime-local field takes and gives, "2026-11-22T14:00", local time; "" for none. */
export function toField(at: string | null): string {
  if (at === null) return "";
  const time = new Date(at);
  const two = (n: number) => String(n).padStart(2, "0");
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${date}T${two(time.getHours())}:${two(time.getMinutes())}`;
}
export function fromField(value: string): string | undefined {
  return value ? new Date(value).toISOString() : undefined;
}

/** What is wrong with what was filled in; "" if nothing. */
export function absenceProblem(reason: string, since: string, until: string, nowMs: number): string {
  const words = t().away;
  if (!reason.trim()) return words.needReason;
  const from = Math.max(nowMs, since ? new Date(since).getTime() : nowMs);
  return until && new Date(until).getTime() <= from ? words.needLater : "";
}

export function AbsenceDialog({ person }: { person: Resident }) {
  const words = t().away;
  const subject = subjectOfResident(person);
  const before = subjectStates.peek().get(subject)?.absence ?? null;
  const reason = useSignal(before?.reason ?? "");
  const since = useSignal(toField(before?.since ?? null));
  const until = useSignal(toField(before?.until ?? null));
  const problem = useSignal("");
  const reasons = useId();
  const submit = async () => {
    problem.value = absenceProblem(reason.value, since.value, until.value, serverNow());
    if (problem.value) return false;
    const given = { reason: reason.value.trim(), since: fromField(since.value), until: fromField(until.value) };
    const path = `/subjects/${segment(subject)}/absence`;
    problem.value = await act(subject, () => post<SubjectState>(path, given), words.begun(person.name));
    keepFocus();
    return problem.value === "";
  };
  return (
    <CommandForm title={words.ask(person.name)} submit={t().action.save} problem={problem.value} onSubmit={submit}>
      <label>
        {words.reason}
        <input
          list={reasons}
          maxLength={reasonMax}
          autofocus
          value={reason.value}
          onInput={(event) => (reason.value = event.currentTarget.value)}
        />
      </label>
      <datalist id={reasons}>
        {words.reasons.map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
      <label>
        {words.sinceField}
        <input type="datetime-local" value={since.value} onInput={(event) => (since.value = event.currentTarget.value)} />
      </label>
      <label>
        {words.untilField}
        <input type="datetime-local" value={until.value} onInput={(event) => (until.value = event.currentTarget.value)} />
      </label>
      <p class="muted meta">{words.hint}</p>
    </CommandForm>
  );
}

export function CheckDialog({ check, person }: { check: PlannedCheck; person: Resident }) {
  const words = t().checks;
  const note = useSignal("");
  const problem = useSignal("");
  const subject = subjectOfResident(person);
  const name = `${timeSince(check.planned, serverNow())} ${check.reason || check.rule}`;
  const submit = async () => {
    const path = `/subjects/${segment(subject)}/checks/${segment(check.rule)}`;
    problem.value = await act(subject, () => post<SubjectState>(path, { note: note.value.trim() }), words.marked(name));
    keepFocus();
    return problem.value === "";
  };
  return (
    <CommandForm title={words.ask(name, person.name)} submit={words.mark} problem={problem.value} onSubmit={submit}>
      <label>
        {words.note}
        <input maxLength={noteMax} autofocus value={note.value} onInput={(event) => (note.value = event.currentTarget.value)} />
      </label>
    </CommandForm>
  );
}
