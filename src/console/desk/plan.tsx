// The response plan's steps, to tick as they are done, and the visits that came of it.
import { useId } from "preact/hooks";
import { shortTime } from "../common/clock";
import { t } from "../common/i18n";
import { telephone } from "../common/place";
import { stepText } from "../common/reason";
import type { Case, Step, Visit } from "../common/types";
import { tickStep, underWay } from "./actions";
import { canAct, dialog, isMine } from "./store";

function StepLine({ c, step }: { c: Case; step: Step }) {
  const locked = !isMine(c) || c.state === "closed" || !canAct.value || underWay.value.has(c.id);
  const calls = step.action === "call_resident" || step.action === "call_next_of_kin" || step.action === "call_emergency";
  return (
    <li class="step">
      <label class="choice">
        <input
          type="checkbox"
          checked={step.done}
          aria-disabled={locked}
          onClick={(event) => {
            event.preventDefault();
            if (!locked) void tickStep(c.id, step.id, !step.done);
          }}
        />
        <span>
          {stepText(step)}
          {step.done && step.done_at && (
            <span class="muted meta"> · {t().pane.doneBy(step.done_by, shortTime(step.done_at))}</span>
          )}
        </span>
      </label>
      {calls && step.target && (
        <a class="button slim" href={telephone(step.target)}>
          {t().pane.call} {step.target}
        </a>
      )}
    </li>
  );
}

export function Plan({ c }: { c: Case }) {
  const words = t().pane;
  const id = useId();
  return (
    <section class="part" aria-labelledby={id}>
      <h3 id={id}>{words.plan}</h3>
      {c.steps.length === 0 && <p class="muted">{words.noPlan}</p>}
      <ol class="steps">
        {c.steps.map((step) => (
          <StepLine key={step.id} c={c} step={step} />
        ))}
      </ol>
    </section>
  );
}

const stages = ["offered_at", "accepted_at", "en_route_at", "on_site_at", "ended_at"] as const;
const underWayStates = ["offered", "accepted", "en_route", "on_site"];

function VisitLine({ c, visit }: { c: Case; visit: Visit }) {
  const newest = [...stages].reverse().find((stage) => visit[stage]);
  const at = newest && visit[newest];
  const late = visit.overdue && visit.state === "offered";
  return (
    <li class="visit">
      <span>
        <strong>{visit.team_name}</strong>: {late ? t().visit.overdue : t().visit[visit.state]}
        {at && ` ${shortTime(at)}`}
        {visit.responder_name && ` · ${visit.responder_name}`}
        {visit.reason && ` · ${visit.reason}`}
        {visit.note && ` · «${visit.note}»`}
      </span>
      {isMine(c) && underWayStates.includes(visit.state) && (
        <button type="button" class="slim" onClick={() => (dialog.value = { recall: visit.id })}>
          {t().action.recall}
        </button>
      )}
    </li>
  );
}

export function Visits({ c }: { c: Case }) {
  const id = useId();
  if (c.visits.length === 0) return null;
  return (
    <section class="part" aria-labelledby={id}>
      <h3 id={id}>{t().pane.visits}</h3>
      <ul class="visits">
        {c.visits.map((visit) => (
          <VisitLine key={visit.id} c={c} visit={visit} />
        ))}
      </ul>
    </section>
  );
}
