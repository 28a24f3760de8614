// Whom to call: the home first, then next of kin with their quiet hours, then 113. The links go to whatever telephone
// the operator's machine has.
import { useId } from "preact/hooks";
import { now, shortTime } from "../common/clock";
import { t } from "../common/i18n";
import { telephone } from "../common/place";
import type { CaseAlone, NextOfKin } from "../common/types";
import { peopleOf } from "./case_detail";

const emergency = "113";

/** True if `time` ("22:15") lies in quiet hours that may run over midnight. */
export function isQuiet(from: string, to: string, time: string): boolean {
  if (!from || !to) return false;
  return from <= to ? time >= from && time < to : time >= from || time < to;
}

function Kin({ kin }: { kin: NextOfKin }) {
  const words = t().pane;
  const quiet = isQuiet(kin.quiet_from, kin.quiet_to, shortTime(now.value));
  return (
    <li>
      <a class={quiet ? "button button-quiet" : "button"} href={telephone(kin.phone)}>
        {kin.name}, {kin.relation}
      </a>
      <span class="muted meta">
        {kin.phone}
        {kin.quiet_from && ` · ${words.quiet(kin.quiet_from, kin.quiet_to)}`}
        {quiet && <strong> · {words.quietNow}</strong>}
      </span>
    </li>
  );
}

export function Call({ detail }: { detail: CaseAlone | null }) {
  const words = t().pane;
  const id = useId();
  const people = detail ? peopleOf(detail) : [];
  const reachable = people.filter((p) => p.phone);
  return (
    <section class="part call" aria-labelledby={id}>
      <h3 id={id}>
        {words.call} <kbd aria-hidden="true">R</kbd>
      </h3>
      <ul class="calls">
        {reachable.map((p) => (
          <li key={p.id}>
            <a class="button primary" href={telephone(p.phone)}>
              {people.length > 1 ? `${words.call} ${p.name}` : words.callHome}
            </a>
            <span class="muted meta">{p.phone}</span>
          </li>
        ))}
        {people.flatMap((p) => p.next_of_kin).map((kin) => (
          <Kin key={kin.name + kin.phone} kin={kin} />
        ))}
        <li>
          <a class="button" href={telephone(emergency)}>
            {words.callEmergency}
          </a>
        </li>
      </ul>
      {detail && reachable.length === 0 && <p class="muted meta">{words.noPhone}</p>}
    </section>
  );
}
