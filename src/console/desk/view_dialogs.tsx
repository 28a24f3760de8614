// The windows that change nothing at a case by themselves: search, help, settings, and the walk through the others'
// cases at the change of shift.
import { useSignal } from "@preact/signals";
import { Badge, priorityOf, urgencies } from "../common/badge";
import { Dialog } from "../common/dialog";
import { t, word } from "../common/i18n";
import { streetAndDoor } from "../common/place";
import { keysOn, language, size, sizes, theme } from "../common/prefs";
import type { Case, Priority } from "../common/types";
import { show, takeOver, underWay } from "./actions";
import { progressOf, whatAndWho } from "./row";
import { canAct, cases, dialog, mine, working } from "./store";

const closeDialog = () => (dialog.value = null);

/** Everything about a case that one may look for, in lower case. */
function haystack(c: Case): string {
  const address = c.subject.address;
  return [
    c.subject.name,
    address ? `${streetAndDoor(address)} ${address.dwelling} ${address.postcode} ${address.place}` : "",
    c.municipality_name,
    word(t().kind, c.kind),
    c.owner?.name ?? "",
    ...c.alarms.map((a) => a.device),
  ]
    .join(" ")
    .toLowerCase();
}
export function searchCases(list: Iterable<Case>, query: string): Case[] {
  const parts = query.toLowerCase().split(/\s+/).filter(Boolean);
  return [...list].filter((c) => parts.every((part) => haystack(c).includes(part)));
}

function FoundLine({ c, onChoose }: { c: Case; onChoose: () => void }) {
  return (
    <button type="button" class="found" onClick={onChoose}>
      <Badge priority={priorityOf(c)} state="taken" />
      <span>
        {whatAndWho(c)}
        <span class="muted meta">
          {" "}
          {c.municipality_name}
          {c.subject.address && ` · ${streetAndDoor(c.subject.address)}`}
          {c.owner && ` · ${c.owner.name}`}
        </span>
      </span>
    </button>
  );
}

export function SearchDialog() {
  const words = t().search;
  const query = useSignal("");
  const found = searchCases(cases.value.values(), query.value);
  const choose = (id: string) => {
    show(id);
    closeDialog();
  };
  return (
    <Dialog title={words.title} onClose={closeDialog} wide>
      <div class="stack">
        <label>
          {words.label}
          <input
            type="search"
            autofocus
            value={query.value}
            onInput={(event) => (query.value = event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === "Enter" && found[0]) choose(found[0].id);
            }}
          />
        </label>
        <p role="status" class="muted meta">
          {found.length === 0 ? words.none : words.hits(found.length)}
        </p>
        <ul class="found-list">
          {found.map((c) => (
            <li key={c.id}>
              <FoundLine c={c} onChoose={() => choose(c.id)} />
            </li>
          ))}
        </ul>
        <div class="dialog-buttons">
          <button type="button" onClick={closeDialog}>
            {t().action.cancel}
          </button>
        </div>
      </div>
    </Dialog>
  );
}

export function HandoverDialog() {
  const words = t().handover;
  return (
    <Dialog title={words.title} onClose={closeDialog} wide>
      <div class="stack">
        <p>{words.hint}</p>
        <p>{words.mine(mine.value.length)}</p>
        {working.value.length === 0 && <p class="muted">{words.none}</p>}
        <ul class="found-list">
          {working.value.map((c) => (
            <li key={c.id} class="handover-line">
              <Badge priority={priorityOf(c)} state="taken" />
              <span>
                {whatAndWho(c)}
                <span class="muted meta">
                  {" "}
                  {c.owner?.name} · {t().progress[progressOf(c)]}
                </span>
              </span>
              <button
                type="button"
                aria-disabled={!canAct.value || underWay.value.has(c.id)}
                onClick={() => void takeOver(c.id)}
              >
                {t().action.takeover}
              </button>
            </li>
          ))}
        </ul>
        <div class="dialog-buttons">
          <button type="button" class="primary" onClick={closeDialog}>
            {t().settings.done}
          </button>
        </div>
      </div>
    </Dialog>
  );
}

export function SettingsDialog({ onSignOut }: { onSignOut: () => void }) {
  const words = t().settings;
  const radio = (name: string, label: string, checked: boolean, choose: () => void) => (
    <label class="choice" key={label}>
      <input type="radio" name={name} checked={checked} onChange={choose} />
      {label}
    </label>
  );
  return (
    <Dialog title={words.title} onClose={closeDialog}>
      <div class="stack">
        <fieldset class="choices">
          <legend>{words.theme}</legend>
          {(["natt", "dag"] as const).map((one) =>
            radio("theme", words[one], theme.value === one, () => (theme.value = one)),
          )}
        </fieldset>
        <fieldset class="choices">
          <legend>{words.size}</legend>
          {sizes.map((one) => radio("size", `${one} %`, size.value === one, () => (size.value = one)))}
        </fieldset>
        <fieldset class="choices">
          <legend>{words.language}</legend>
          {radio("language", "Norsk", language.value === "nb", () => (language.value = "nb"))}
          {radio("language", "English", language.value === "en", () => (language.value = "en"))}
        </fieldset>
        <fieldset class="choices">
          <legend>{words.keys}</legend>
          <label class="choice">
            <input type="checkbox" checked={keysOn.value} onChange={() => (keysOn.value = !keysOn.value)} />
            {words.keysOn}
          </label>
        </fieldset>
        <div class="dialog-buttons">
          <button type="button" onClick={onSignOut}>
            {t().signIn.signOut}
          </button>
          <button type="button" class="primary" onClick={closeDialog}>
            {words.done}
          </button>
        </div>
      </div>
    </Dialog>
  );
}

export function HelpDialog() {
  const words = t().help;
  const keys: [string, string][] = [
    ["↑ ↓ / J K", words.move],
    ["Enter", words.open],
    ["T", words.take],
    ["N", words.next],
    ["R", words.call],
    ["U", words.dispatch],
    ["M", words.note],
    ["A", words.close],
    ["S", words.silence],
    ["Ctrl+Z", words.undo],
    ["Ctrl+K", words.search],
    ["F1", words.help],
    ["Esc", words.back],
  ];
  const sounds: [Priority, string][] = [
    [1, words.lifeSound],
    [2, words.careSound],
    [3, words.careSound],
    [4, words.technicalSound],
  ];
  return (
    <Dialog title={words.title} onClose={closeDialog} wide>
      <div class="help">
        <section>
          <h3>{words.keys}</h3>
          <p class="muted meta">{words.keysHint}</p>
          <dl class="keys">
            {keys.map(([key, what]) => (
              <div key={key}>
                <dt>
                  <kbd>{key}</kbd>
                </dt>
                <dd>{what}</dd>
              </div>
            ))}
          </dl>
        </section>
        <section class="stack">
          <h3>
            {words.badges} · {words.sounds}
          </h3>
          {sounds.map(([priority, sound]) => (
            <p key={priority} class="legend">
              <Badge priority={priority} state="taken" />
              <span>
                <strong>{t().lane[urgencies[priority]]}</strong>. {sound}
              </span>
            </p>
          ))}
          <p class="legend">
            <Badge priority={1} state="untaken" /> {words.untaken}
          </p>
          <p class="legend">
            <Badge priority={2} state="cleared" /> {words.clearedBadge}
          </p>
          <p class="legend">
            <Badge priority={1} state="silenced" /> {words.silencedBadge}
          </p>
        </section>
      </div>
      <div class="dialog-buttons">
        <button type="button" class="primary" autofocus onClick={closeDialog}>
          {t().settings.done}
        </button>
      </div>
    </Dialog>
  );
}
