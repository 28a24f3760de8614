// The keys of the queue and the case. They work only while the focus is in one of the two, never in a text field, and
// can be switched off. None of them closes a case by itself.
import { computed } from "@preact/signals";
import { keysOn } from "../common/prefs";
import { claim, takeNext } from "./actions";
import { paneCase } from "./case_detail";
import { layout, lines, touchedByKey } from "./queue_state";
import { silence } from "./silence";
import { cases, dialog, isMine, mine, openId, selectedId, unanswered, working } from "./store";
import { undo } from "./undo";

/** Every row's id from top to bottom, as the lists show them. */
export function rowIds(): string[] {
  const fresh = layout.value.fresh.slice(0, 1).map((slot) => slot.id);
  const listed = lines.value.flatMap((line) => ("slot" in line ? [line.slot.id] : []));
  return [...fresh, ...listed, ...[...mine.value, ...working.value].map((c) => c.id)];
}

/** The selected row's id while it is in a list: the one stop of the Tab key among the rows. */
export const rovingId = computed(() => {
  const id = selectedId.value;
  return id !== null && rowIds().includes(id) ? id : null;
});

export function focusRow(id: string): void {
  selectedId.value = id;
  const row = document.querySelector<HTMLElement>(`[data-row="${CSS.escape(id)}"] .row-open`);
  row?.focus({ preventScroll: true });
  row?.closest("li")?.scrollIntoView({ block: "nearest" });
}

function move(by: 1 | -1): void {
  const ids = rowIds();
  if (ids.length === 0) return;
  const at = selectedId.value === null ? -1 : ids.indexOf(selectedId.value);
  const next = ids[at < 0 ? (by > 0 ? 0 : ids.length - 1) : Math.min(ids.length - 1, Math.max(0, at + by))];
  if (next !== undefined) focusRow(next);
}

/** The case that a key means: the one with the focus in the queue, else the one in the pane. */
function meant(inPane: boolean): string | null {
  return inPane ? openId.value : (selectedId.value ?? openId.value);
}

function callFirst(): void {
  document.querySelector<HTMLAnchorElement>(".call a[href^='tel:']")?.click();
}

/** Opens a dialog on the case in the pane, if it is one's own; opens the selected case first. */
function open(name: "note" | "dispatch" | "close", id: string | null): void {
  const c = id === null ? undefined : cases.value.get(id);
  if (!c || !isMine(c)) return;
  openId.value = c.id;
  dialog.value = name;
}

function act(key: string, inPane: boolean): boolean {
  const id = meant(inPane);
  switch (key) {
    case "arrowdown":
    case "j":
      move(1);
      return true;
    case "arrowup":
    case "k":
      move(-1);
      return true;
    case "t":
      if (id !== null && cases.value.get(id)?.state === "open") void claim(id);
      return true;
    case "n":
      void takeNext();
      return true;
    case "r":
      callFirst();
      return true;
    case "u":
      open("dispatch", id);
      return true;
    case "m":
      open("note", id);
      return true;
    case "a":
      open("close", id);
      return true;
    case "s":
      silence(unanswered.value.keys());
      return true;
    case "escape":
      if (paneCase.value === null) return false;
      openId.value = null;
      document.querySelector<HTMLElement>(".queue")?.focus();
      return true;
    default:
      return false;
  }
}

function typing(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input:not([type=checkbox],[type=radio]), textarea, select") !== null;
}

/** For onKeyDown of the queue's and the case's regions. */
export function onRegionKey(event: KeyboardEvent, inPane: boolean): void {
  if (typing(event.target)) return;
  if (!inPane && !event.ctrlKey) touchedByKey();
  if (!keysOn.value || event.altKey || event.metaKey) return;
  const key = event.key.toLowerCase();
  let done = false;
  if (event.ctrlKey) {
    if (key === "z") void undo();
    else if (key === "k") dialog.value = "search";
    done = key === "z" || key === "k";
  } else if (key === "f1") {
    dialog.value = "help";
    done = true;
  } else {
    done = act(key, inPane);
  }
  if (done) event.preventDefault();
}
