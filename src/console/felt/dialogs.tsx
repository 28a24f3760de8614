// The two answers that need words: why not, and what was found. Both go to the outbox like every other step.
import { useSignal } from "@preact/signals";
import { Dialog } from "../common/dialog";
import { t } from "../common/i18n";
import type { FieldVisit } from "../common/types";
import { act } from "./outbox";

const reasonMax = 1000;
const noteMax = 4000;

type Reason = keyof ReturnType<typeof t>["field"]["reasons"];
const reasons: Reason[] = ["busy", "far", "offDuty", "other"];

interface Props {
  visit: FieldVisit;
  onClose: () => void;
}

export function DeclineDialog({ visit, onClose }: Props) {
  const words = t().field;
  const reason = useSignal<Reason>("busy");
  const text = useSignal("");
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const why = [words.reasons[reason.value], text.value.trim()].filter(Boolean).join(". ");
    void act(visit.id, "decline", { reason: why });
    onClose();
  };
  return (
    <Dialog title={words.declineTitle} onClose={onClose}>
      <form onSubmit={submit}>
        <fieldset>
          <legend class="unseen">{words.reason}</legend>
          {reasons.map((one) => (
            <label class="choice" key={one}>
              <input type="radio" name="reason" checked={reason.value === one} onChange={() => (reason.value = one)} />
              {words.reasons[one]}
            </label>
          ))}
        </fieldset>
        <label>
          {words.noteLabel}
          <input maxLength={reasonMax} value={text.value} onInput={(event) => (text.value = event.currentTarget.value)} />
        </label>
        <div class="dialog-buttons">
          <button type="button" onClick={onClose}>
            {t().action.cancel}
          </button>
          <button type="submit" class="primary">
            {words.decline}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

export function DoneDialog({ visit, onClose }: Props) {
  const words = t().field;
  const note = useSignal("");
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void act(visit.id, "done", { note: note.value.trim() });
    onClose();
  };
  return (
    <Dialog title={words.doneTitle} onClose={onClose}>
      <form onSubmit={submit}>
        <label>
          {words.noteLabel}
          <textarea
            maxLength={noteMax}
            autofocus
            value={note.value}
            onInput={(event) => (note.value = event.currentTarget.value)}
          />
        </label>
        <div class="dialog-buttons">
          <button type="button" onClick={onClose}>
            {t().action.cancel}
          </button>
          <button type="submit" class="primary">
            {words.done}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
