// Closing a case: outcome and cause are required. A life case that nobody spoke about and nobody went to is asked
// about once, naming the person and what closing means for them.
import { useSignal } from "@preact/signals";
import { Dialog } from "../common/dialog";
import { t } from "../common/i18n";
import type { Case, OutcomeKind } from "../common/types";
import { close } from "./actions";
import { dialog } from "./store";
import { FormProblem } from "./work_dialogs";

const noteMax = 4000;

type Cause = keyof ReturnType<typeof t>["cause"];
type Action = keyof ReturnType<typeof t>["outcomeAction"];

const kinds: OutcomeKind[] = ["real", "false", "test", "technical"];
/** The causes that make sense with each outcome; the codes go into reports. */
const causesOf: Record<OutcomeKind, Cause[]> = {
  real: ["fall", "illness", "breathing", "toilet", "care", "anxiety", "medicine", "wandering", "fire", "other"],
  false: ["unintended_press", "no_need", "device_fault", "unknown_device", "other"],
  test: ["agreed_test", "installation", "other"],
  technical: ["battery", "power", "coverage", "device_fault", "installation", "unknown_device", "other"],
};
const actions: Action[] = ["conversation", "visit", "next_of_kin", "emergency", "service", "none"];

/** Has anybody spoken with the person or been there? The plan's ticked call, a visit on the spot, or the operator's word. */
export function someoneWasThere(c: Case, action: string): boolean {
  if (action === "conversation") return true;
  const called = c.steps.some((step) => step.action === "call_resident" && step.done);
  return called || c.visits.some((visit) => visit.on_site_at !== null || visit.state === "done");
}

function likelyAction(c: Case): Action {
  if (c.visits.some((visit) => visit.state === "done" || visit.state === "on_site")) return "visit";
  return c.steps.some((step) => step.action === "call_resident" && step.done) ? "conversation" : "none";
}

const closeDialog = () => (dialog.value = null);

export function CloseDialog({ c }: { c: Case }) {
  const words = t().closing;
  const kind = useSignal<OutcomeKind | null>(c.lane === "technical" ? "technical" : null);
  const cause = useSignal<Cause | "">("");
  const action = useSignal<Action>(likelyAction(c));
  const note = useSignal("");
  const problem = useSignal("");
  const asking = useSignal(false);
  const busy = useSignal(false);

  const send = async () => {
    if (busy.value || !kind.value) return;
    busy.value = true;
    const outcome = { kind: kind.value, cause: cause.value, action: action.value, note: note.value.trim() };
    const done = await close(c.id, outcome);
    busy.value = false;
    asking.value = false;
    if (done) closeDialog();
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    problem.value = !kind.value ? words.chooseKind : !cause.value ? words.needCause : "";
    if (problem.value) return;
    if (c.lane === "life" && !someoneWasThere(c, action.value)) asking.value = true;
    else void send();
  };
  const causes = kind.value ? causesOf[kind.value] : [];

  return (
    <Dialog title={words.title} onClose={closeDialog}>
      <form onSubmit={submit}>
        <fieldset>
          <legend>{words.kind}</legend>
          <div class="choices">
            {kinds.map((one, i) => (
              <label class="choice" key={one}>
                <input
                  type="radio"
                  name="kind"
                  autofocus={i === 0}
                  checked={kind.value === one}
                  onChange={() => {
                    kind.value = one;
                    if (cause.value && !causesOf[one].includes(cause.value)) cause.value = "";
                  }}
                />
                {t().outcome[one]}
              </label>
            ))}
          </div>
        </fieldset>
        <label>
          {words.cause}
          <select value={cause.value} onChange={(event) => (cause.value = event.currentTarget.value as Cause | "")}>
            <option value="">{kind.value ? words.chooseCause : words.chooseKind}</option>
            {causes.map((one) => (
              <option key={one} value={one}>
                {t().cause[one]}
              </option>
            ))}
          </select>
        </label>
        <label>
          {words.action}
          <select value={action.value} onChange={(event) => (action.value = event.currentTarget.value as Action)}>
            {actions.map((one) => (
              <option key={one} value={one}>
                {t().outcomeAction[one]}
              </option>
            ))}
          </select>
        </label>
        <label>
          {words.note}
          <textarea
            maxLength={noteMax}
            value={note.value}
            onInput={(event) => (note.value = event.currentTarget.value)}
          />
        </label>
        <FormProblem c={c} own={problem.value} />
        <div class="dialog-buttons">
          <button type="button" onClick={closeDialog}>
            {t().action.cancel}
          </button>
          <button type="submit" class="primary" aria-disabled={busy.value}>
            {busy.value ? t().action.working : t().action.close}
          </button>
        </div>
      </form>
      {asking.value && (
        <Dialog title={words.warnTitle} alert onClose={() => (asking.value = false)}>
          <div class="stack">
            <p class="notable">{words.warn(c.subject.name || c.municipality_name)}</p>
            <div class="dialog-buttons">
              <button type="button" class="primary" autofocus onClick={() => (asking.value = false)}>
                {words.warnBack}
              </button>
              <button type="button" onClick={() => void send()}>
                {words.warnGo}
              </button>
            </div>
          </div>
        </Dialog>
      )}
    </Dialog>
  );
}
