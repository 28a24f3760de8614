// Who the case is about and where: name, address with the door decoded, the way in, what to know. For a household:
// everyone who lives there, since it may be any of them.
import { useId } from "preact/hooks";
import { now, shortTime, timeSince } from "../common/clock";
import { t, word } from "../common/i18n";
import { doorText, postal } from "../common/place";
import type { Address, Case, CaseAlone, Resident } from "../common/types";
import { whyPriority } from "../common/reason";
import { peopleOf } from "./case_detail";
import { Expected } from "./expected";

function AddressLines({ address }: { address: Address }) {
  const door = doorText(address);
  return (
    <>
      <strong>{address.street}</strong>
      {door && (
        <>
          , {door} <span class="muted">({address.dwelling})</span>
        </>
      )}
      <br />
      {postal(address)}
    </>
  );
}

function Fact({ name, children }: { name: string; children: preact.ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Person({ person, alone }: { person: Resident; alone: boolean }) {
  const words = t().pane;
  const access = person.access;
  return (
    <div class="person">
      {!alone && (
        <h4>
          {person.name}
          {person.age !== null && `, ${words.years(person.age)}`}
        </h4>
      )}
      {person.cognitive_impairment && <p class="notable">{words.impaired}</p>}
      <dl class="facts">
        {person.to_know.length > 0 && (
          <Fact name={words.toKnow}>
            <ul class="dashes">
              {person.to_know.map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          </Fact>
        )}
        {access && (
          <Fact name={words.access}>
            {access.key_box && (
              <p>
                {words.keyBox}: {access.key_box}. {access.has_code && words.hasCode}
              </p>
            )}
            {access.lock && (
              <p>
                {words.lock}: {access.lock}
              </p>
            )}
            {access.fallback && (
              <p>
                {words.fallback}: {access.fallback}
              </p>
            )}
          </Fact>
        )}
        <Expected person={person} />
        {person.devices.length > 0 && (
          <Fact name={words.devices}>
            {person.devices.map((d) => `${word(t().device, d.kind)} ${d.wire_id}`).join(", ")}
          </Fact>
        )}
      </dl>
    </div>
  );
}

export function Who({ c, detail }: { c: Case; detail: CaseAlone | null }) {
  const words = t().pane;
  const id = useId();
  const people = detail ? peopleOf(detail) : [];
  const alarm = c.alarms.at(-1);
  return (
    <section class="part" aria-labelledby={id}>
      <h3 id={id}>{words.who}</h3>
      <dl class="facts">
        {c.subject.address && (
          <Fact name={words.address}>
            <AddressLines address={c.subject.address} />
          </Fact>
        )}
        <Fact name={words.why}>{whyPriority(c)}</Fact>
        {alarm && (alarm.text || alarm.location_text) && (
          <Fact name={words.alarms}>{[alarm.location_text, alarm.text].filter(Boolean).join(" · ")}</Fact>
        )}
        {c.alarms
          .filter((a) => a.late)
          .map((a) => (
            <Fact key={a.signal_id} name={words.late}>
              {words.lateTimes(word(t().kind, a.kind), timeSince(a.occurred_at, now.peek()), shortTime(a.received_at))}
            </Fact>
          ))}
      </dl>
      {people.length > 1 && !c.asks_who && !c.identified && <p class="notable">{words.whoIsIt}</p>}
      {c.cognitive_impairment && !people.some((p) => p.cognitive_impairment) && <p class="notable">{words.impaired}</p>}
      {detail && people.length === 0 && <p class="muted">{words.noResident}</p>}
      {people.map((person) => (
        <Person key={person.id} person={person} alone={people.length === 1} />
      ))}
    </section>
  );
}
