// The left of the console: the strip for new rows, and the three lists. Each list scrolls by itself and says what it
// hides; none of them is ever behind a tab.
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { marks, priorityOf } from "../common/badge";
import { clockTime } from "../common/clock";
import { t, word } from "../common/i18n";
import { lastContact } from "../common/live";
import type { Case, Priority } from "../common/types";
import { dismissFailure, failures, nextSlot, takeNext, underWay } from "./actions";
import { focusRow, onRegionKey } from "./keys";
import { grouping, insertFresh, layout, lines, pointerInList, unfolded, type Line } from "./queue_state";
import { Row } from "./row";
import { canAct, mine, selectedId, working } from "./store";

function highest(list: readonly Case[]): string {
  return marks[Math.min(4, ...list.map(priorityOf)) as Priority];
}

/** More rows than this are not drawn: nobody reads that far, and they are counted as below. */
const rowsDrawnMax = 300;

/** Counts what lies outside the visible part of a scrolling list, now and whenever it may have changed. */
function useHidden(cases: readonly Case[]) {
  const box = useRef<HTMLDivElement>(null);
  const above = useSignal(0);
  const below = useSignal<readonly Case[]>([]);
  const look = () => {
    const element = box.current;
    if (!element) return;
    const frame = element.getBoundingClientRect();
    const notBelow = new Set<string>();
    let over = 0;
    for (const row of element.querySelectorAll<HTMLElement>("[data-row]")) {
      const place = row.getBoundingClientRect();
      // A folded group's line stands for all of its cases.
      const ids = row.dataset["row"]?.split(" ") ?? [];
      if (place.bottom <= frame.bottom + place.height / 2) ids.forEach((id) => notBelow.add(id));
      if (place.top < frame.top - place.height / 2) over += ids.length;
    }
    above.value = over;
    const under = cases.filter((c) => !notBelow.has(c.id));
    if (under.length !== below.value.length || highest(under) !== highest(below.value)) below.value = under;
  };
  useEffect(() => {
    look();
    addEventListener("resize", look);
    return () => removeEventListener("resize", look);
  });
  return { box, above, below, look };
}

/** Takes the next waiting case, and says beside it why that did not work. */
function TakeNext() {
  const words = t().queue;
  const failure = failures.value.get(nextSlot);
  return (
    <>
      {failure && (
        <span class="failure-line">
          <strong>{failure.message}</strong>
          {failure.retry && (
            <button type="button" class="slim" onClick={failure.retry}>
              {words.retry}
            </button>
          )}
          <button type="button" class="slim" onClick={() => dismissFailure(nextSlot)}>
            {t().error.dismiss}
          </button>
        </span>
      )}
      {!canAct.value && <span class="meta">{words.noClaimOffline}</span>}
      <button
        type="button"
        class="primary slim"
        aria-disabled={!canAct.value || underWay.value.has(nextSlot)}
        title={canAct.value ? undefined : words.noClaimOffline}
        onClick={() => void takeNext()}
      >
        {words.takeNext} <kbd aria-hidden="true">N</kbd>
      </button>
    </>
  );
}

interface ListProps {
  name: string;
  title: string;
  cases: readonly Case[];
  empty: string;
  tools?: ComponentChildren;
  children: ComponentChildren;
}

function List({ name, title, cases, empty, tools, children }: ListProps) {
  const { box, above, below, look } = useHidden(cases);
  const words = t().queue;
  return (
    <section class={`list list-${name}`} aria-labelledby={`list-${name}`}>
      <div class="list-head">
        <h2 id={`list-${name}`}>
          {title} ({cases.length})
        </h2>
        {above.value > 0 && (
          <button type="button" class="slim" onClick={() => box.current?.scrollTo({ top: 0 })}>
            {words.toTop(above.value)}
          </button>
        )}
        {below.value.length > 0 && (
          <button
            type="button"
            class="slim"
            onClick={() => box.current?.scrollBy({ top: box.current.clientHeight * 0.8 })}
          >
            {words.below(below.value.length, highest(below.value))}
          </button>
        )}
        {tools}
      </div>
      <div class="list-box" ref={box} onScroll={look}>
        {cases.length === 0 && <p class="list-empty muted">{empty}</p>}
        <ol aria-labelledby={`list-${name}`}>{children}</ol>
      </div>
    </section>
  );
}

function Strip() {
  const fresh = layout.value.fresh;
  const words = t().queue;
  const first = fresh[0];
  return (
    <section class="strip" aria-label={words.fresh}>
      <h2 class="strip-name">{words.fresh}</h2>
      {first ? (
        <ol>
          <Row key={first.id} c={first.shown} />
        </ol>
      ) : (
        <p class="muted strip-none">{words.freshNone}</p>
      )}
      {first && (
        <span class="strip-more">
          {fresh.length > 1 && (
            <span class="meta">{words.freshMore(fresh.length - 1, highest(fresh.slice(1).map((s) => s.shown)))}</span>
          )}
          <button type="button" class="slim" onClick={insertFresh}>
            {words.freshShow(fresh.length)}
          </button>
        </span>
      )}
    </section>
  );
}

function GroupLine({ line }: { line: Extract<Line, { group: string }> }) {
  const open = unfolded.value.has(line.group);
  const name = grouping.value === "kind" ? word(t().kind, line.group) : line.group;
  return (
    <li class="group-line" data-row={open ? "" : line.slots.map((slot) => slot.id).join(" ")}>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => {
          const next = new Set(unfolded.value);
          if (open) next.delete(line.group);
          else next.add(line.group);
          unfolded.value = next;
        }}
      >
        {open ? "▾" : "▸"} {name}: {t().queue.groupRows(line.slots.length)}, {t().queue.priority.toLowerCase()}{" "}
        {highest(line.slots.map((s) => s.shown))}
      </button>
    </li>
  );
}

/** If the row with the focus goes, the focus goes to the row of the same case elsewhere, or to the next best. */
function useFocusKept() {
  const hadFocus = useRef(false);
  useEffect(() => {
    const lost = hadFocus.current && document.activeElement === document.body;
    if (!lost || selectedId.value === null) return;
    if (document.querySelector(`[data-row="${CSS.escape(selectedId.value)}"]`)) focusRow(selectedId.value);
    else document.querySelector<HTMLElement>(".queue")?.focus({ preventScroll: true });
  });
  return {
    onFocusIn: () => (hadFocus.current = true),
    onFocusOut: (event: FocusEvent) => {
      if (event.relatedTarget !== null) hadFocus.current = false;
    },
  };
}

export function Queue() {
  const words = t().queue;
  const shown = layout.value.slots.filter((slot) => slot.goneAt === null).map((slot) => slot.shown);
  const heard = lastContact.value;
  return (
    <main
      class="queue"
      tabIndex={-1}
      aria-label={words.unanswered}
      onKeyDown={(event) => onRegionKey(event, false)}
      {...useFocusKept()}
    >
      <div
        class="untaken"
        onPointerEnter={() => (pointerInList.value = true)}
        onPointerLeave={() => (pointerInList.value = false)}
      >
        <Strip />
        <List
          name="unanswered"
          title={words.unanswered}
          cases={shown}
          tools={<TakeNext />}
          empty={words.empty(heard === null ? "–" : clockTime(heard))}
        >
          {lines.value.slice(0, rowsDrawnMax).map((line) =>
            "slot" in line ? (
              <Row key={line.slot.id} c={line.slot.shown} gone={line.slot.goneAt !== null} />
            ) : (
              <GroupLine key={`group ${line.group}`} line={line} />
            ),
          )}
        </List>
      </div>
      <List name="mine" title={words.mine} cases={mine.value} empty={words.emptyMine}>
        {mine.value.slice(0, rowsDrawnMax).map((c) => (
          <Row key={c.id} c={c} />
        ))}
      </List>
      <List name="working" title={words.working} cases={working.value} empty={words.emptyWorking}>
        {working.value.slice(0, rowsDrawnMax).map((c) => (
          <Row key={c.id} c={c} />
        ))}
      </List>
    </main>
  );
}
