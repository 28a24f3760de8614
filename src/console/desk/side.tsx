// The lists beside the queue: devices, waiting signals, and what costs most without need. They stand where a case
// stands, so that the queue is always in sight; an opened case covers them, and closing it brings them back.
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { t } from "../common/i18n";
import { DeviceList } from "./device_list";
import { HeldList } from "./held_list";
import { OffenderList } from "./offenders";
import { openId, side, type SideName } from "./store";

export function showSide(name: SideName | null): void {
  openId.value = null;
  side.value = name;
}

function Frame({ title, children }: { title: string; children: ComponentChildren }) {
  useEffect(() => document.querySelector<HTMLElement>(".pane-side")?.focus({ preventScroll: true }), []);
  const leave = () => {
    showSide(null);
    document.querySelector<HTMLElement>(".queue")?.focus();
  };
  return (
    <aside
      class="pane pane-side"
      aria-labelledby="side-title"
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key === "Escape") leave();
      }}
    >
      <header class="pane-head">
        <div class="pane-title">
          <h2 id="side-title">{title}</h2>
        </div>
        <button type="button" class="slim" onClick={leave}>
          <span class="unseen">{t().side.close}</span>
          <kbd aria-hidden="true">Esc</kbd>
        </button>
      </header>
      <div class="pane-body" tabIndex={0} role="region" aria-labelledby="side-title">
        {children}
      </div>
    </aside>
  );
}

export function SidePane({ name }: { name: SideName }) {
  const lists = { devices: DeviceList, held: HeldList, offenders: OffenderList };
  const List = lists[name];
  return (
    <Frame key={name} title={t().side[name]}>
      <List />
    </Frame>
  );
}
