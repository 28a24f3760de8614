// What an outage left on a case: what others did to it meanwhile, why it is open again, and where a case went that did
// not come to be when everything was put together.
import { useId } from "preact/hooks";
import { now, timeSince } from "../common/clock";
import { t, word } from "../common/i18n";
import type { Case, OutageDeed } from "../common/types";
import { show } from "./actions";
import { instead, vanished } from "./case_detail";
import { nameAndAge, whatAndWho } from "./row";

function Deed({ deed }: { deed: OutageDeed }) {
  const words = t().outage;
  return (
    <li>
      {words.alsoBy(deed.name || deed.user, timeSince(deed.at, now.peek()), word(t().deed, deed.what))}
      {deed.note && ` «${deed.note}»`}
      <span class="muted meta"> {words.notMerged(word(t().deedWhy, deed.why))}</span>
    </li>
  );
}

export function Outage({ c }: { c: Case }) {
  const id = useId();
  const words = t().outage;
  if (c.outage_deeds.length === 0 && !c.reopened_reason) return null;
  return (
    <section class="part" aria-labelledby={id}>
      <h3 id={id}>{words.title}</h3>
      <div class="notable">
        {c.reopened_reason && <p>{t().history.reopened(word(t().reopened, c.reopened_reason))}</p>}
        <ul class="stack-tight">
          {c.outage_deeds.map((deed) => (
            <Deed key={`${deed.at} ${deed.user} ${deed.what}`} deed={deed} />
          ))}
        </ul>
      </div>
    </section>
  );
}

export function Vanished({ c }: { c: Case }) {
  const words = t().outage;
  if (!vanished.value) return null;
  return (
    <div class="failure" role="status">
      <strong>{words.vanished(nameAndAge(c))}</strong>
      {instead.value.map((other) => (
        <button type="button" key={other.id} onClick={() => show(other.id)}>
          {words.goTo} {whatAndWho(other)}
        </button>
      ))}
    </div>
  );
}
