// The windows in which an operator writes: a note, a dispatch, a recall. Each keeps what was written until the server
// has it, and stands open with the reason when it has not.
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { get, RequestError } from "../common/api";
import { Dialog } from "../common/dialog";
import { t } from "../common/i18n";
import type { Case, Team } from "../common/types";
import { addNote, dispatch, failures, recall } from "./actions";
import { HistoryLine } from "./history";
import { dialog } from "./store";

const noteMax = 4000;
const messageMax = 1000;

const closeDialog = () => (dialog.value = null);

export function FormProblem({ c, own }: { c: Case | undefined; own: string }) {
  const failure = c && failures.value.get(c.id);
  return (
    <div role="status">
      {(own || failure) && <p class="form-state">{own || failure?.message}</p>}
      {!own && c && failure && failure.changes.length > 0 && (
        <ol class="history">
          {failure.changes.map((item) => (
            <li key={item.version}>
              <HistoryLine item={item} c={c} />
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

interface FormProps {
  /** What the command is about, if it is about the case. */
  c?: Case;
  title: string;
  submit: string;
  problem: string;
  /** True when it was carried out. */
  onSubmit: () => Promise<boolean>;
  children: ComponentChildren;
}
/** A dialog with one form that sends one command. */
export function CommandForm({ c, title, submit, problem, onSubmit, children }: FormProps) {
  const busy = useSignal(false);
  const send = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy.value) return;
    busy.value = true;
    const done = await onSubmit();
    busy.value = false;
    if (done) closeDialog();
  };
  return (
    <Dialog title={title} onClose={closeDialog}>
      <form onSubmit={(event) => void send(event)}>
        {children}
        <FormProblem c={c} own={problem} />
        <div class="dialog-buttons">
          <button type="button" onClick={closeDialog}>
            {t().action.cancel}
          </button>
          <button type="submit" class="primary" aria-disabled={busy.value}>
            {busy.value ? t().action.working : submit}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

export function NoteDialog({ c }: { c: Case }) {
  const text = useSignal("");
  const problem = useSignal("");
  const submit = async () => {
    problem.value = text.value.trim() ? "" : t().note.empty;
    return problem.value === "" && (await addNote(c.id, text.value.trim()));
  };
  return (
    <CommandForm c={c} title={t().note.title} submit={t().action.save} problem={problem.value} onSubmit={submit}>
      <label>
        {t().note.text}
        <textarea
          maxLength={noteMax}
          autofocus
          value={text.value}
          onInput={(event) => (text.value = event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && event.ctrlKey) event.currentTarget.form?.requestSubmit();
          }}
        />
      </label>
    </CommandForm>
  );
}

function useTeams(municipality: string) {
  const teams = useSignal<Team[] | null>(null);
  const problem = useSignal("");
  useEffect(() => {
    get<{ teams: Team[] }>(`/teams?municipality=${encodeURIComponent(municipality)}`)
      .then((answer) => (teams.value = answer.teams))
      .catch((error: unknown) => {
        problem.value = error instanceof RequestError && !error.offline ? error.message : t().error.offline;
      });
  }, [municipality]);
  return { teams, problem };
}

export function DispatchDialog({ c }: { c: Case }) {
  const words = t().dispatch;
  const { teams, problem } = useTeams(c.municipality);
  const team = useSignal(c.steps.find((step) => step.action === "dispatch_team")?.target ?? "");
  const message = useSignal("");
  const submit = async () => {
    const known = teams.value?.some((one) => one.id === team.value) ?? false;
    problem.value = known ? "" : words.choose;
    return known && (await dispatch(c.id, team.value, message.value.trim()));
  };
  return (
    <CommandForm c={c} title={words.title} submit={t().action.send} problem={problem.value} onSubmit={submit}>
      <fieldset>
        <legend>{words.team}</legend>
        {teams.value?.length === 0 && <p>{words.none}</p>}
        {teams.value?.map((one) => (
          <label class="choice" key={one.id}>
            <input
              type="radio"
              name="team"
              checked={team.value === one.id}
              onChange={() => (team.value = one.id)}
            />
            <span>
              {one.name} <span class="muted meta">{one.phone}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <label>
        {words.message}
        <textarea
          maxLength={messageMax}
          value={message.value}
          onInput={(event) => (message.value = event.currentTarget.value)}
        />
      </label>
      <p class="muted meta">{words.hint}</p>
    </CommandForm>
  );
}

export function RecallDialog({ c, visit }: { c: Case; visit: string }) {
  const words = t().dispatch;
  const reason = useSignal("");
  return (
    <CommandForm
      c={c}
      title={words.recallTitle}
      submit={t().action.recall}
      problem=""
      onSubmit={() => recall(c.id, visit, reason.value.trim())}
    >
      <label>
        {words.recallReason}
        <input
          maxLength={messageMax}
          autofocus
          value={reason.value}
          onInput={(event) => (reason.value = event.currentTarget.value)}
        />
      </label>
    </CommandForm>
  );
}
