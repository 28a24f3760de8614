// One assignment, to be read in the dark with one hand: what and how urgent, the address, the way in, what to know; and
// at the bottom, always in the same place, the next step.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { post, RequestError, segment } from "../common/api";
import { Badge, priorityOf, urgencyOf } from "../common/badge";
import { now, secondsSince, shortTime } from "../common/clock";
import { t, word } from "../common/i18n";
import { coordinates, doorText, postal, telephone, wholeAddress } from "../common/place";
import type { FieldVisit, VisitState } from "../common/types";
import { DeclineDialog, DoneDialog } from "./dialogs";
import { act, entries, fates, type Verb } from "./outbox";
import { active, chosen, isActive, isMine, listView, projected } from "./store";

/** The one next step from each state. */
const nextStep: Partial<Record<VisitState, { verb: Verb; label: "accept" | "en_route" | "on_site" | "done" }>> = {
  offered: { verb: "accept", label: "accept" },
  accepted: { verb: "en-route", label: "en_route" },
  en_route: { verb: "on-site", label: "on_site" },
  on_site: { verb: "done", label: "done" },
};

/** Opens the phone's own map: by coordinates if they are known, else by the address. */
export function directionsLink(visit: FieldVisit, agent: string = navigator.userAgent): string {
  const at = visit.position ? [visit.position.latitude, visit.position.longitude] : coordinates(visit.address);
  const where = at ? at.join(",") : encodeURIComponent(visit.address ? wholeAddress(visit.address) : "");
  if (/iPhone|iPad|Macintosh/.test(agent)) return `maps:?daddr=${where}`;
  return at ? `geo:${where}?q=${where}` : `geo:0,0?q=${where}`;
}

function Place({ visit }: { visit: FieldVisit }) {
  const words = t().field;
  const copied = useSignal(false);
  const address = visit.address;
  if (!address) return <p class="address">{words.noAddress}</p>;
  const copy = async () => {
    await navigator.clipboard.writeText(wholeAddress(address));
    copied.value = true;
  };
  return (
    <>
      <p class="address">
        {address.street}
        <span class="address-door">
          {doorText(address)} {address.dwelling && <span class="muted">({address.dwelling})</span>}
        </span>
        <span class="address-place">{postal(address)}</span>
      </p>
      <button type="button" onClick={() => void copy()}>
        {words.copyAddress}
        {copied.value && ` · ${words.copied}`}
      </button>
    </>
  );
}

function Code({ visit }: { visit: FieldVisit }) {
  const words = t().field;
  const code = useSignal("");
  const problem = useSignal("");
  // A code stays on the screen only as long as this visit does.
  useEffect(() => () => void (code.value = ""), [visit.id]);
  if (visit.state === "offered" || !isMine(visit)) return <p class="muted">{words.codeLater}</p>;
  const show = async () => {
    try {
      problem.value = "";
      code.value = (await post<{ code: string }>(`/visits/${segment(visit.id)}/access-code`, {})).code;
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      problem.value = error.offline ? t().error.offline : t().error.other(error.message);
    }
  };
  return (
    <div role="status">
      {code.value ? (
        <p>
          {words.code}: <strong class="code">{code.value}</strong> <span class="muted">{words.codeLogged}</span>
        </p>
      ) : (
        <button type="button" onClick={() => void show()}>
          {words.showCode}
        </button>
      )}
      {problem.value && <p>{problem.value}</p>}
    </div>
  );
}

function WayIn({ visit }: { visit: FieldVisit }) {
  const words = t().pane;
  const access = visit.access;
  return (
    <section>
      <h2>{t().field.access}</h2>
      {!access && <p class="muted">{t().field.noAccess}</p>}
      {access?.key_box && (
        <p>
          {words.keyBox}: {access.key_box}
        </p>
      )}
      {access?.has_code && isActive(visit) && <Code visit={visit} />}
      {access?.lock && (
        <p>
          {words.lock}: {access.lock}
        </p>
      )}
      {access?.fallback && (
        <p>
          {words.fallback}: {access.fallback}
        </p>
      )}
    </section>
  );
}

function ToKnow({ visit }: { visit: FieldVisit }) {
  const words = t().field;
  const person = visit.resident;
  return (
    <section>
      <h2>{words.toKnow}</h2>
      <p>
        <strong>{person?.name ?? words.unknownPerson}</strong>
        {person && person.age !== null && `, ${t().pane.years(person.age)}`}
      </p>
      {visit.message && (
        <p class="message">
          {words.message}: «{visit.message}»
        </p>
      )}
      <ul class="lines">
        {visit.to_know.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      {visit.to_know.length === 0 && <p class="muted">{words.nothingToKnow}</p>}
      {person?.phone && (
        <a class="button" href={telephone(person.phone)}>
          {words.callResident}
        </a>
      )}
    </section>
  );
}

/** Where the newest action on this visit is: still on the phone, at the centre, or turned down. */
function Sending({ visit }: { visit: FieldVisit }) {
  const words = t().field;
  const fate = fates.value.get(visit.id);
  const waiting = entries.value.some((entry) => entry.visit === visit.id);
  const text = waiting
    ? words.saved
    : fate?.state === "sent"
      ? words.sent(shortTime(fate.at))
      : fate
        ? words.refused(word(t().error.codes, fate.why))
        : "";
  return (
    <p class="sending" role="status">
      {text}
    </p>
  );
}

function Steps({ visit }: { visit: FieldVisit }) {
  const words = t().field;
  const finishing = useSignal(false);
  const state = projected(visit);
  const step = nextStep[state];
  const taken = state !== "offered" && !isMine(visit);
  if (!step || taken) return null;
  return (
    <>
      <button
        type="button"
        class="primary next"
        onClick={() => {
          if (step.verb === "done") finishing.value = true;
          else void act(visit.id, step.verb);
        }}
      >
        {words[step.label]}
      </button>
      {finishing.value && <DoneDialog visit={visit} onClose={() => (finishing.value = false)} />}
    </>
  );
}

export function VisitPage({ visit }: { visit: FieldVisit }) {
  const words = t().field;
  const declining = useSignal(false);
  const state = projected(visit);
  const offered = visit.offered_at ?? visit.opened_at;
  const minutes = Math.floor(secondsSince(offered, now.value) / 60);
  return (
    <>
      <header class="visit-head">
        <Badge priority={priorityOf(visit)} state={state === "offered" ? "untaken" : "taken"} />
        <div>
          <h1>
            {t().lane[urgencyOf(visit)]} · {word(t().kind, visit.kind)}
            {visit.resident && visit.resident.age !== null && ` · ${t().pane.years(visit.resident.age)}`}
          </h1>
          <p class="muted">
            {isActive(visit) ? words.offeredAt(shortTime(offered), words.minutes(minutes)) : t().visit[state]}
          </p>
        </div>
        <button type="button" class="back" onClick={() => (chosen.value = listView)}>
          <span aria-hidden="true">☰</span>
          <span class="unseen">
            {words.back} ({active.value.length})
          </span>
        </button>
      </header>
      <main>
        {state !== "offered" && !isMine(visit) && isActive(visit) && (
          <p class="notable">{words.hasIt(visit.responder_name || visit.responder)}</p>
        )}
        {!isActive(visit) && <p class="notable">{words.ended}</p>}
        <Place visit={visit} />
        <WayIn visit={visit} />
        <ToKnow visit={visit} />
        {state === "offered" && (
          <button type="button" class="whole" onClick={() => (declining.value = true)}>
            {words.decline}
          </button>
        )}
      </main>
      <footer>
        <Sending visit={visit} />
        <a class="button" href={directionsLink(visit)}>
          {words.directions}
        </a>
        <a class="button" href={telephone(visit.centre_phone)}>
          {words.callCentre}
        </a>
        <Steps visit={visit} />
      </footer>
      {declining.value && <DeclineDialog visit={visit} onClose={() => (declining.value = false)} />}
    </>
  );
}
