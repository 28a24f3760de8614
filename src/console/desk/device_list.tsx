// The technicians' list: devices that are out, low on battery, broken, noisy or being tested; and test mode, begun with
// a length and ended by hand or by itself.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { newKey, post, remove, RequestError, segment } from "../common/api";
import { now, shortTime, timeSince } from "../common/clock";
import { t, word } from "../common/i18n";
import { ruleText } from "../common/rule_words";
import type { DeviceRow, DeviceTrouble } from "../common/rule_types";
import { fetched, SideState } from "./side_state";
import { canAct, cases, openId } from "./store";

const troubles: DeviceTrouble[] = ["offline", "battery", "mains", "fault", "noisy", "test"];
const lengthsMin = [30, 60, 240, 480];

const list = fetched<{ left_out: number; devices: DeviceRow[] }>();
const found = fetched<{ left_out: number; devices: DeviceRow[] }>();
const shown = signal<DeviceTrouble>("");
const query = signal("");
const minutes = signal(lengthsMin[0] ?? 30);
const failed = signal(false);

async function change(row: DeviceRow, begin: boolean): Promise<void> {
  if (!canAct.value) return;
  failed.value = false;
  const path = `/devices/${segment(row.id)}/test`;
  try {
    if (begin) await post(path, { minutes: minutes.value }, newKey());
    else await remove(path);
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    failed.value = true;
  }
  query.value = "";
  await list.load("/devices");
}

/** "hørt 22.11. 09:12", "aldri hørt"; nothing of what nobody has registered, since nobody listens for it. */
export function heardText(row: Pick<DeviceRow, "id" | "last_heard">, nowMs: number): string {
  const words = t().devices;
  if (row.last_heard) return words.heard(timeSince(row.last_heard, nowMs));
  return row.id ? words.neverHeard : "";
}

function facts(row: DeviceRow): string {
  const words = t().devices;
  const address = row.subject.address;
  return [
    row.test
      ? words.testUntil(row.test.until ? shortTime(row.test.until) : "", row.test.by)
      : row.since && words.since(timeSince(row.since, now.value)),
    heardText(row, now.value),
    row.id ? `${word(t().device, row.kind)} ${row.wire_id}` : `${row.wire_id} ${words.unregistered}`,
    row.sensor,
    address?.street,
    row.case && row.case.signal_count > 1 && words.signals(row.case.signal_count),
    row.case?.by && ruleText(row.case.by),
    row.case?.owner_name,
  ]
    .filter(Boolean)
    .join(" · ");
}

function Line({ row }: { row: DeviceRow }) {
  const words = t().devices;
  const at = row.case?.id;
  return (
    <li class="side-row">
      <span>
        <strong>{[words.state[row.trouble], row.subject.name || row.wire_id].filter(Boolean).join(" · ")}</strong>
        <span class="muted">, {row.municipality_name}</span>
        <br />
        <span class="muted meta">{facts(row)}</span>
      </span>
      {at && (
        <button type="button" class="slim" onClick={() => (openId.value = at)}>
          {words.open} <span class="unseen">{row.wire_id}</span>
        </button>
      )}
      {row.id && !at && (
        <button
          type="button"
          class="slim"
          aria-disabled={!canAct.value}
          onClick={() => void change(row, row.test === null)}
        >
          {row.test ? words.stopTest : words.startTest} <span class="unseen">{row.wire_id}</span>
        </button>
      )}
    </li>
  );
}

function Filter() {
  const words = t().devices;
  const all = list.value.value?.devices ?? [];
  const choice = (trouble: DeviceTrouble, label: string, count: number) => (
    <button
      key={trouble}
      type="button"
      class="slim"
      aria-pressed={shown.value === trouble}
      onClick={() => (shown.value = trouble)}
    >
      {label} {count}
    </button>
  );
  return (
    <div class="acts">
      {choice("", words.all, all.length)}
      {troubles.map((trouble) =>
        choice(trouble, word(words.state, trouble), all.filter((row) => row.trouble === trouble).length),
      )}
    </div>
  );
}

function StartTest() {
  const words = t().devices;
  const rows = query.value ? (found.value.value?.devices ?? []) : [];
  return (
    <div class="part">
      <div class="side-find">
        <label>
          {words.find}
          <input
            type="search"
            value={query.value}
            placeholder={words.findHint}
            onInput={(event) => {
              query.value = event.currentTarget.value.trim();
              if (query.value) void found.load(`/devices?find=${segment(query.value)}`);
            }}
          />
        </label>
        <label>
          {words.minutes}
          <select value={minutes.value} onChange={(event) => (minutes.value = Number(event.currentTarget.value))}>
            {lengthsMin.map((length) => (
              <option key={length} value={length}>
                {words.minute(length)}
              </option>
            ))}
          </select>
        </label>
      </div>
      <ul class="side-list">
        {rows.map((row) => (
          <Line key={row.id} row={row} />
        ))}
      </ul>
    </div>
  );
}

/** A fingerprint of the technical cases: when it changes, so may the list. */
function technicalVersions(): number {
  let sum = 0;
  for (const c of cases.value.values()) if (c.lane === "technical") sum += c.version + 1;
  return sum;
}

/** Tests begin and end without a case changing. */
const everyS = 15;

export function DeviceList() {
  const words = t().devices;
  const tick = Math.floor(now.value / 1000 / everyS);
  useEffect(() => void list.load("/devices"), [tick, technicalVersions()]);
  const all = list.value.value?.devices ?? [];
  const rows = all.filter((row) => shown.value === "" || row.trouble === shown.value);
  const leftOut = list.value.value?.left_out ?? 0;
  return (
    <>
      <p class="muted">{words.hint}</p>
      <Filter />
      <SideState of={list} />
      {failed.value && <p class="notable">{t().rules.failed}</p>}
      {list.value.value && rows.length === 0 && <p class="muted">{words.none}</p>}
      <ul class="side-list device-list">
        {rows.map((row) => (
          <Line key={`${row.trouble} ${row.municipality} ${row.wire_id} ${row.sensor} ${row.case?.id ?? ""}`} row={row} />
        ))}
      </ul>
      {leftOut > 0 && <p class="muted meta">{words.leftOut(leftOut)}</p>}
      <StartTest />
    </>
  );
}
