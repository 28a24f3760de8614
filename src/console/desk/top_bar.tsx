// The top bar and the system banner: who is on, what is shown, how many wait, whether the server and the sound are
// there. The banner's place is always kept, so that a message never moves a row.
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Badge, priorityOf } from "../common/badge";
import { clockTime, minutesSeconds, now, secondsSince } from "../common/clock";
import { t } from "../common/i18n";
import { contact, lastContact } from "../common/live";
import { noticeText } from "../common/notice";
import type { Priority } from "../common/types";
import { newWhileDown } from "./feed";
import { FloodText, floodNames, LoadStrip } from "./load_strip";
import { flood, grouping, menuOpen, recentArrivals, type Grouping } from "./queue_state";
import { quietS, soundState, unblock } from "./sound";
import { showSide } from "./side";
import { cases, dialog, loaded, scope, session, side, working, type SideName } from "./store";

const priorities: Priority[] = [1, 2, 3, 4];

function Counts() {
  const waiting = [...cases.value.values()].filter((c) => c.state === "open" && c.list === "operators");
  return (
    <ul class="counts" aria-label={t().top.counts}>
      {priorities.map((priority) => (
        <li key={priority}>
          <Badge priority={priority} state="taken" />
          <span class="count">{waiting.filter((c) => priorityOf(c) === priority).length}</span>
        </li>
      ))}
    </ul>
  );
}

function Live() {
  const words = t().top;
  const at = lastContact.value === null ? "–" : clockTime(lastContact.value);
  const text = { connecting: t().banner.connecting, ok: words.live(at), unstable: words.unstable(at), lost: words.lost(at) };
  const state = contact.value;
  return <span class={state === "ok" ? "live" : "live live-bad"}>{text[state]}</span>;
}

function Sound() {
  const words = t().top;
  if (quietS.value > 0) return <span>{words.soundSilenced(quietS.value)}</span>;
  const text = { off: words.soundBlocked, on: words.soundOn, blocked: words.soundBlocked, elsewhere: words.soundElsewhere };
  return <span>{text[soundState.value]}</span>;
}

/** A menu closes when one presses beside it. */
function useClosesOutside(box: RefObject<HTMLDetailsElement>): void {
  useEffect(() => {
    const away = (event: PointerEvent) => {
      if (box.current?.open && event.target instanceof Node && !box.current.contains(event.target)) box.current.open = false;
    };
    addEventListener("pointerdown", away);
    return () => removeEventListener("pointerdown", away);
  }, []);
}

function Scope() {
  const all = session.value?.municipalities ?? [];
  const box = useRef<HTMLDetailsElement>(null);
  const chosen = scope.value;
  useClosesOutside(box);
  if (all.length < 2) return <span>{all[0]?.name ?? ""}</span>;
  const flip = (id: string) => {
    const next = new Set(chosen.size === 0 ? all.map((m) => m.id) : chosen);
    if (!next.delete(id)) next.add(id);
    scope.value = next.size === all.length ? new Set() : next;
  };
  return (
    <details
      class="menu"
      ref={box}
      onToggle={(event) => (menuOpen.value = event.currentTarget.open)}
      onKeyDown={(event) => {
        if (event.key === "Escape" && box.current) box.current.open = false;
      }}
    >
      <summary>
        {chosen.size === 0 ? t().top.scope(all.length) : t().top.scopeOf(chosen.size, all.length)}
      </summary>
      <fieldset class="menu-box">
        <legend class="meta">{t().top.scopeHelp}</legend>
        {all.map((m) => (
          <label class="choice" key={m.id}>
            <input
              type="checkbox"
              checked={chosen.size === 0 || chosen.has(m.id)}
              onChange={() => flip(m.id)}
            />
            {m.name}
          </label>
        ))}
      </fieldset>
    </details>
  );
}

function Lists() {
  const box = useRef<HTMLDetailsElement>(null);
  useClosesOutside(box);
  const names: SideName[] = ["devices", "held", "offenders"];
  return (
    <details
      class="menu"
      ref={box}
      onKeyDown={(event) => {
        if (event.key === "Escape" && box.current) box.current.open = false;
      }}
    >
      <summary>{t().side.open}</summary>
      <div class="menu-box menu-lists">
        {names.map((name) => (
          <button
            type="button"
            key={name}
            aria-pressed={side.value === name}
            onClick={() => {
              if (box.current) box.current.open = false;
              showSide(name);
            }}
          >
            {t().side[name]}
          </button>
        ))}
        <button
          type="button"
          onClick={() => {
            if (box.current) box.current.open = false;
            dialog.value = "handover";
          }}
        >
          {t().top.handover}
        </button>
      </div>
    </details>
  );
}

export function TopBar() {
  const words = t().top;
  return (
    <header class="top">
      <h1>Varde</h1>
      <span class="muted top-who">{session.value?.name}</span>
      <Scope />
      <Counts />
      <Live />
      <Sound />
      <span class="top-space" />
      <button type="button" class="slim" onClick={() => (dialog.value = "search")}>
        {words.search} <kbd aria-hidden="true">Ctrl+K</kbd>
      </button>
      <Lists />
      <button type="button" class="slim" onClick={() => (dialog.value = "help")}>
        {words.help} <kbd aria-hidden="true">F1</kbd>
      </button>
      <button type="button" class="slim" onClick={() => (dialog.value = "settings")}>
        {words.settings}
      </button>
      <span class="top-clock clock" aria-label={words.clock}>
        {clockTime(now.value)}
      </span>
    </header>
  );
}

function FloodTools() {
  const names = floodNames();
  const words = t().banner;
  const choices: [Grouping, string][] = [
    ["kind", words.byKind],
    ["municipality", words.byMunicipality],
    ["none", words.ungroup],
  ];
  return (
    <span class="flood">
      {names ? <FloodText /> : words.flood(recentArrivals.value)} {words.group}:
      {choices.map(([by, label]) => (
        <button
          key={by}
          type="button"
          class="slim"
          aria-pressed={grouping.value === by}
          onClick={() => (grouping.value = by)}
        >
          {label}
        </button>
      ))}
    </span>
  );
}

export function Banner() {
  const words = t().banner;
  const heard = lastContact.value;
  if (contact.value === "lost") {
    const at = heard ?? now.value;
    const waited = minutesSeconds(secondsSince(new Date(at).toISOString(), now.value));
    return (
      <section class="banner banner-system" aria-label={words.slot}>
        <span>{words.lost(heard === null ? "–" : clockTime(heard), waited)}</span>
        {soundState.value === "blocked" && <SoundBlocked />}
      </section>
    );
  }
  const names = [...new Set(working.value.map((c) => c.owner?.name ?? ""))].filter(Boolean).join(", ");
  const blocked = soundState.value === "blocked";
  const busy = blocked || newWhileDown.value > 0 || flood.value;
  const condition = noticeText(busy ? "short" : "long");
  const loud = busy || condition !== null;
  return (
    <section class={loud ? "banner banner-system" : "banner"} aria-label={words.slot}>
      {condition && <span class="condition">{condition}</span>}
      {blocked && <SoundBlocked />}
      {newWhileDown.value > 0 && (
        <button type="button" class="slim" aria-describedby="banner-dismiss" onClick={() => (newWhileDown.value = 0)}>
          {words.newWhileDown(newWhileDown.value)} ✕<span id="banner-dismiss" class="unseen">{words.dismiss}</span>
        </button>
      )}
      {flood.value && <FloodTools />}
      {!loud && <span class="muted">{loaded.value ? (names ? words.working(names) : words.calm) : words.connecting}</span>}
      {!loud && <LoadStrip />}
    </section>
  );
}

function SoundBlocked() {
  return (
    <button type="button" class="slim" onClick={() => void unblock()}>
      {t().banner.soundBlocked}
    </button>
  );
}
