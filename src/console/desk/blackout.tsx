// The case of many devices gone at once: what they hang on, how far one has come, and the people who are without, the
// most vulnerable first. A person keeps the place in the list; whoever is back leaves it.
import { signal } from "@preact/signals";
import { useEffect, useId } from "preact/hooks";
import { get, RequestError, segment } from "../common/api";
import { shortTime } from "../common/clock";
import { t, word } from "../common/i18n";
import { streetAndDoor, telephone } from "../common/place";
import type { OutageList, OutagePerson, OutageSummary } from "../common/rule_types";
import type { Case } from "../common/types";
import { markReached } from "./actions";
import { canAct } from "./store";

/** People drawn at a time: more than anybody reaches before the first of them are back. */
const shownMax = 300;
/** A storm changes the case many times a second; the list is fetched no oftener than this. */
const quietMs = 2_000;

const list = signal<OutageList | null>(null);
const missing = signal(false);

/** Those who were shown keep their order, whoever is new comes after them, whoever is gone leaves. */
export function keepPlaces(before: readonly OutagePerson[], now: readonly OutagePerson[]): OutagePerson[] {
  const fresh = new Map(now.map((person) => [person.id, person]));
  const kept = before.flatMap((person) => fresh.get(person.id) ?? []);
  const seen = new Set(kept.map((person) => person.id));
  return [...kept, ...now.filter((person) => !seen.has(person.id))];
}

async function fetchList(id: string): Promise<void> {
  try {
    const answer = await get<OutageList>(`/cases/${segment(id)}/outage?limit=${shownMax}`);
    const before = list.value?.case === id ? list.value.residents : [];
    list.value = { ...answer, residents: keepPlaces(before, answer.residents) };
    missing.value = false;
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    missing.value = true;
  }
}

/** Fetches when the case has changed, at once the first time and then no oftener than each `quietMs`. */
function useList(c: Case): void {
  useEffect(() => {
    const first = list.value?.case !== c.id;
    if (first) list.value = null;
    const timer = setTimeout(() => void fetchList(c.id), first ? 0 : quietMs);
    return () => clearTimeout(timer);
  }, [c.id, c.version]);
}

function Progress({ outage }: { outage: OutageSummary }) {
  const words = t().blackout;
  const all = Math.max(outage.residents_down, outage.residents_reached);
  const text = words.reached(outage.residents_reached, all);
  return (
    <div class="reach">
      <p>{text}</p>
      <progress max={Math.max(all, 1)} value={outage.residents_reached} aria-label={text} />
    </div>
  );
}

function needs(person: OutagePerson): string {
  const words = t().blackout;
  const parts = person.depends_on_power.map((need) => word(words.need, need));
  if (person.lives_alone) parts.push(words.alone);
  if (person.cognitive_impairment) parts.push(words.impaired);
  return parts.join(", ");
}

function focusBeside(from: Element, by: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>(".reach-list button")];
  rows[rows.indexOf(from as HTMLElement) + by]?.focus();
}

async function mark(c: Case, person: OutagePerson, from: Element): Promise<void> {
  if (!canAct.value || person.reached_at) return;
  focusBeside(from, 1);
  if (await markReached(c.id, person.id)) await fetchList(c.id);
}

function Person({ c, person }: { c: Case; person: OutagePerson }) {
  const words = t().blackout;
  const name = person.subject.age === null ? person.subject.name : `${person.subject.name} (${person.subject.age})`;
  const address = person.subject.address;
  const what = needs(person);
  return (
    <li class={person.reached_at ? "reach-row reach-done" : "reach-row"}>
      <span>
        <strong>{name}</strong>
        {what && <span class="reach-need"> · {what}</span>}
        <span class="muted meta reach-where">
          {[address && streetAndDoor(address), person.down_since && shortTime(person.down_since)].filter(Boolean).join(" · ")}
        </span>
      </span>
      {person.phone && (
        <a class="button slim" href={`tel:${telephone(person.phone)}`}>
          {t().pane.call} <span class="unseen">{name}</span>
        </a>
      )}
      <button
        type="button"
        class="slim"
        aria-disabled={person.reached_at !== null || !canAct.value}
        onClick={(event) => void mark(c, person, event.currentTarget)}
        onKeyDown={(event) => {
          const key = event.key.toLowerCase();
          if (event.ctrlKey || event.altKey || event.metaKey) return;
          if (key === "x") void mark(c, person, event.currentTarget);
          else if (key === "arrowdown") focusBeside(event.currentTarget, 1);
          else if (key === "arrowup") focusBeside(event.currentTarget, -1);
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      >
        {person.reached_at ? words.marked(person.reached_by, shortTime(person.reached_at)) : words.mark}{" "}
        <span class="unseen">{name}</span>
      </button>
    </li>
  );
}

export function Blackout({ c }: { c: Case }) {
  const id = useId();
  const words = t().blackout;
  useList(c);
  const outage = c.outage;
  if (!outage) return null;
  const shown = list.value?.case === c.id ? list.value : null;
  const more = shown ? shown.people - shown.residents.length : 0;
  return (
    <>
      <section class="part" aria-label={words.title}>
        <p>
          {outage.began_at && `${words.since(shortTime(outage.began_at))} · `}
          {words.down(outage.devices_down, outage.devices_total)}
          {outage.devices_back > 0 && ` · ${words.back(outage.devices_back)}`}
        </p>
        {outage.over && <p class="notable">{words.over}</p>}
        <Progress outage={outage} />
      </section>
      <section class="part" aria-labelledby={id}>
        <h3 id={id}>{words.people}</h3>
        {missing.value && <p class="notable">{words.missing}</p>}
        {shown && shown.residents.length === 0 && <p class="muted">{words.none}</p>}
        {shown && shown.residents.length > 0 && <p class="muted meta">{words.hint}</p>}
        <ul class="reach-list">
          {shown?.residents.map((person) => (
            <Person key={person.id} c={c} person={person} />
          ))}
        </ul>
        {more > 0 && <p class="muted meta">{words.more(more)}</p>}
      </section>
    </>
  );
}
