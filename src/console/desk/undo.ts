// Taking back the newest thing one did. The ledger forgets nothing, so undoing is one more entry: a case taken is
// given back, a tick is taken off, a note is withdrawn by name.
import { t } from "../common/i18n";
import { addNote, claim, release, tickStep } from "./actions";
import { detail, undoable } from "./case_detail";
import { saySoon } from "../common/say";

export async function undo(): Promise<void> {
  const c = detail.value;
  const last = c && undoable(c);
  if (!last) return;
  switch (last.type) {
    case "claimed":
      await release(c.id);
      break;
    case "released":
      await claim(c.id);
      break;
    case "note_added":
      await addNote(c.id, t().history.withdrawn(last.text ?? ""));
      break;
    case "step_ticked":
      if (last.step) await tickStep(c.id, last.step, !last.done);
      break;
    default:
      return;
  }
  saySoon(t().action.undo);
}
