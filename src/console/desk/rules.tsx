// What rules did with the case and why, and the buttons that reverse it; who it is, where a device serves several; and
// what else waits or was suppressed about the same person.
import { signal } from "@preact/signals";
import { useId } from "preact/hooks";
import { post, segment } from "../common/api";
import { shortTime } from "../common/clock";
import { t, word } from "../common/i18n";
import { recipientText, ruleText, ruleTextAt } from "../common/rule_words";
import type { Held, SubjectState, Suppressed, WorkList } from "../common/rule_types";
import type { Case, CaseAlone } from "../common/types";
import { identify, moveToList, underWay } from "./actions";
import { peopleOf } from "./case_detail";
import { canAct } from "./store";
import { act, subjectOf, subjectStates } from "./subject_states";

/** The button that was pressed goes away; the keys go on working from the case. */
async function thenStay(done: Promise<unknown>): Promise<void> {
  document.querySelector<HTMLElement>(".pane")?.focus({ preventScroll: true });
  await done;
}

export function WhoIsIt({ c, detail }: { c: Case; detail: CaseAlone | null }) {
  const id = useId();
  const words = t().who;
  if (c.identified) return <p class="notable">{words.is(c.identified.name)}</p>;
  const people = detail ? peopleOf(detail) : [];
  if (!c.asks_who || c.state === "closed" || people.length < 2) return null;
  const off = !canAct.value || underWay.value.has(c.id);
  return (
    <section class="part" aria-labelledby={id}>
      <h3 id={id}>{words.ask}</h3>
      <p>{words.hint}</p>
      <div class="acts">
        {people.map((person) => (
          <button type="button" key={person.id} aria-disabled={off} onClick={() => !off && void thenStay(identify(c.id, person.id))}>
            {person.name}
            {person.age !== null && ` (${person.age})`}
          </button>
        ))}
      </div>
    </section>
  );
}

const lists: WorkList[] = ["operators", "technicians", "later", "partner"];

function MoveList({ c }: { c: Case }) {
  const words = t().rules;
  const off = !canAct.value || underWay.value.has(c.id);
  const others = c.list !== "operators" ? lists.slice(0, 1) : lists.slice(1);
  return (
    <div class="acts">
      {c.list === "operators" && <span class="muted meta">{words.moveTo}</span>}
      {others.map((list) => (
        <button
          type="button"
          class="slim"
          key={list}
          aria-disabled={off}
          onClick={() => !off && void thenStay(moveToList(c.id, list))}
        >
          {list === "operators" ? words.toQueue : t().list[list]}
        </button>
      ))}
    </div>
  );
}

/** Why it waits where it waits; nothing for an ordinary case that no rule has touched. */
export function Rules({ c }: { c: Case }) {
  const id = useId();
  const words = t().rules;
  const told = c.decisions.length + c.escalations.length > 0 || c.absent || c.requeued_reason || c.list !== "operators";
  const movable = c.state === "open" && (c.list !== "operators" || c.lane !== "life");
  if (!told && c.lane === "life") return null;
  if (!told && !(movable && c.lane === "technical")) return null;
  return (
    <section class="part" aria-labelledby={id}>
      <h3 id={id}>{words.title}</h3>
      <div class="stack-tight">
        {c.absent && <p class="notable">{words.absent(c.absent)}</p>}
        {c.requeued_reason && <p class="notable">{words.requeued}</p>}
        {c.list !== "operators" && <p>{words.waitsOn(t().list[c.list])}</p>}
        <ul class="stack-tight">
          {c.decisions.map((rule, n) => (
            <li key={`${n} ${rule.rule}`}>{ruleTextAt(rule)}</li>
          ))}
          {c.escalations.map((step) => (
            <li key={`${step.of} ${step.step}`}>
              {words.escalated(recipientText(step.to, step.to_name), step.at ? shortTime(step.at) : "")}
            </li>
          ))}
        </ul>
        {movable && <MoveList c={c} />}
      </div>
    </section>
  );
}

const failed = signal("");

async function raise(subject: string, kind: "held" | "suppressed", signalId: string): Promise<void> {
  const verb = kind === "held" ? "release" : "raise";
  const path = `/subjects/${segment(subject)}/${kind}/${segment(signalId)}/${verb}`;
  failed.value = "";
  failed.value = await act(subject, () => post<SubjectState>(path, {}), t().rules.raised);
}

export function SignalLine({ one, tail }: { one: Held | Suppressed; tail: string }) {
  return (
    <span>
      {word(t().kind, one.kind)}
      <span class="muted meta">
        {" "}
        {[shortTime(one.signal.received_at), one.signal.location_text, tail].filter(Boolean).join(" · ")}
        {one.by && ` · ${ruleText(one.by)}`}
      </span>
    </span>
  );
}

/** Other signals of the same person: what a rule lets wait, and what it kept from being a case. */
export function Waiting({ c }: { c: Case }) {
  const id = useId();
  const words = t().rules;
  const subject = subjectOf(c);
  const state = subjectStates.value.get(subject);
  if (!state || state.held.length + state.suppressed.length === 0) return null;
  return (
    <section class="part" aria-labelledby={id}>
      <h3 id={id}>{words.waiting}</h3>
      {failed.value && <p class="notable">{failed.value}</p>}
      <ul class="visits">
        {state.held.map((one) => (
          <li class="visit" key={one.signal.signal_id}>
            <SignalLine one={one} tail={one.until ? words.heldUntil(shortTime(one.until)) : ""} />
            <button type="button" class="slim" onClick={() => void thenStay(raise(subject, "held", one.signal.signal_id))}>
              {words.release}
            </button>
          </li>
        ))}
        {[...state.suppressed].reverse().map((one) => (
          <li class="visit" key={one.signal.signal_id}>
            <SignalLine one={one} tail={words.suppressed} />
            <button type="button" class="slim" onClick={() => void thenStay(raise(subject, "suppressed", one.signal.signal_id))}>
              {words.raise}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
