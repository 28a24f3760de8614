// Signals that wait for something to come right by itself, of every municipality one serves, each with the rule's
// reason and a button that makes a case of it now.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { post, RequestError, segment } from "../common/api";
import { now, shortTime } from "../common/clock";
import { t } from "../common/i18n";
import type { HeldAt } from "../common/rule_types";
import { SignalLine } from "./rules";
import { fetched, SideState } from "./side_state";
import { cases } from "./store";

const list = fetched<{ held: HeldAt[] }>();
const failed = signal(false);
/** What is held changes without any case changing. */
const everyS = 10;

async function release(one: HeldAt): Promise<void> {
  failed.value = false;
  try {
    await post(`/subjects/${segment(one.id)}/held/${segment(one.held.signal.signal_id)}/release`, {});
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    failed.value = true;
  }
  await list.load("/held");
}

export function HeldList() {
  const words = t().held;
  const tick = Math.floor(now.value / 1000 / everyS);
  useEffect(() => void list.load("/held"), [tick, cases.value.size]);
  const held = list.value.value?.held ?? [];
  return (
    <>
      <p class="muted">{words.hint}</p>
      <SideState of={list} />
      {failed.value && <p class="notable">{t().rules.failed}</p>}
      {list.value.value && held.length === 0 && <p>{words.none}</p>}
      <ul class="side-list">
        {held.map((one) => (
          <li class="side-row" key={`${one.id} ${one.held.signal.signal_id}`}>
            <span>
              <strong>{one.subject.name}</strong>
              <br />
              <SignalLine one={one.held} tail={one.held.until ? t().rules.heldUntil(shortTime(one.held.until)) : ""} />
            </span>
            <button type="button" class="slim" onClick={() => void release(one)}>
              {t().rules.release} <span class="unseen">{one.subject.name}</span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
