// All assignments of the teams, when there is not exactly one; and what a person sets about the page.
import { useSignal } from "@preact/signals";
import { Badge, priorityOf } from "../common/badge";
import { shortTime } from "../common/clock";
import { t, word } from "../common/i18n";
import { streetAndDoor } from "../common/place";
import { language, theme } from "../common/prefs";
import type { FieldVisit } from "../common/types";
import { active, chosen, ended, isMine, loaded, projected, session } from "./store";

function Line({ visit }: { visit: FieldVisit }) {
  const state = projected(visit);
  const other = state !== "offered" && !isMine(visit) ? visit.responder_name : "";
  return (
    <li>
      <button type="button" class="line" onClick={() => (chosen.value = visit.id)}>
        <Badge priority={priorityOf(visit)} state={state === "offered" ? "untaken" : "taken"} />
        <span>
          <strong>{word(t().kind, visit.kind)}</strong> · {t().visit[state]}
          {other && ` · ${other}`}
          <br />
          {visit.address ? streetAndDoor(visit.address) : t().field.noAddress}
          <span class="muted"> · {shortTime(visit.offered_at ?? visit.opened_at)}</span>
        </span>
      </button>
    </li>
  );
}

export function VisitList({ onSignOut }: { onSignOut: () => Promise<string> }) {
  const words = t().field;
  const problem = useSignal("");
  return (
    <>
      <header class="visit-head">
        <div>
          <h1>{words.visits}</h1>
          <p class="muted">
            {[session.value?.name, ...(session.value?.teams.map((team) => team.name) ?? [])].join(" · ")}
          </p>
        </div>
      </header>
      <main>
        {active.value.length === 0 && (
          <div class="nothing" role="status">
            <p>{loaded.value ? words.none : t().banner.connecting}</p>
            <p class="muted">{words.noneHint}</p>
          </div>
        )}
        <ul class="visit-list">
          {active.value.map((visit) => (
            <Line key={visit.id} visit={visit} />
          ))}
        </ul>
        {ended.value.length > 0 && (
          <section class="earlier">
            <h2>{words.earlier}</h2>
            <ul class="visit-list">
              {ended.value.map((visit) => (
                <Line key={visit.id} visit={visit} />
              ))}
            </ul>
          </section>
        )}
        <section class="look" aria-label={words.look}>
          <button type="button" onClick={() => (theme.value = theme.value === "natt" ? "dag" : "natt")}>
            {theme.value === "natt" ? t().settings.dag : t().settings.natt}
          </button>
          <button
            type="button"
            lang={language.value === "nb" ? "en" : "nb"}
            onClick={() => (language.value = language.value === "nb" ? "en" : "nb")}
          >
            {language.value === "nb" ? "English" : "Norsk"}
          </button>
          <button type="button" onClick={() => void onSignOut().then((why) => (problem.value = why))}>
            {t().signIn.signOut}
          </button>
          <p role="status">{problem.value}</p>
        </section>
      </main>
    </>
  );
}
