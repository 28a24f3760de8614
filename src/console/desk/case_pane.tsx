// The right of the console: one case from top to bottom in the order it is worked: who and where, call, plan, actions,
// history.
import { Badge, priorityOf, urgencyOf } from "../common/badge";
import { t, word } from "../common/i18n";
import type { Case } from "../common/types";
import { claim, dismissFailure, failures, release, takeOver, underWay } from "./actions";
import { Blackout } from "./blackout";
import { Call } from "./call";
import { detail, paneCase, vanished } from "./case_detail";
import { History, HistoryLine } from "./history";
import { onRegionKey } from "./keys";
import { CaseMap } from "./map";
import { Outage, Vanished } from "./outage";
import { Who } from "./person";
import { Plan, Visits } from "./plan";
import { Rules, Waiting, WhoIsIt } from "./rules";
import { nameAndAge, progressOf, whatAndWho } from "./row";
import { canAct, dialog, isMine, openId } from "./store";

function Problem({ c }: { c: Case }) {
  const failure = failures.value.get(c.id);
  if (!failure) return null;
  return (
    <div class="failure">
      <strong>{failure.message}</strong>
      {failure.changes.length > 0 && (
        <ol class="history">
          {failure.changes.map((item) => (
            <li key={item.version}>
              <HistoryLine item={item} c={c} />
            </li>
          ))}
        </ol>
      )}
      <div class="failure-buttons">
        {failure.retry && (
          <button type="button" onClick={failure.retry}>
            {t().queue.retry}
          </button>
        )}
        <button type="button" onClick={() => dismissFailure(c.id)}>
          {t().error.dismiss}
        </button>
      </div>
    </div>
  );
}

interface ActProps {
  label: string;
  hint?: string;
  primary?: boolean;
  onAct: () => void;
  id: string;
}
function Act({ label, hint, primary = false, onAct, id }: ActProps) {
  const off = !canAct.value || underWay.value.has(id);
  return (
    <button type="button" class={primary ? "primary" : ""} aria-disabled={off} onClick={() => !off && onAct()}>
      {label} {hint && <kbd aria-hidden="true">{hint}</kbd>}
    </button>
  );
}

function Actions({ c }: { c: Case }) {
  const words = t().action;
  if (c.state === "closed" || vanished.value) return null;
  if (c.state === "open") {
    return (
      <div class="acts">
        <Act id={c.id} primary label={t().queue.take} hint="T" onAct={() => void claim(c.id)} />
        <span class="muted meta">{t().pane.readOnly}</span>
      </div>
    );
  }
  if (!isMine(c)) {
    return (
      <div class="acts">
        <Act id={c.id} label={words.takeover} onAct={() => void takeOver(c.id)} />
        <span class="muted meta">{t().pane.readOnlyOther(c.owner?.name ?? "")}</span>
      </div>
    );
  }
  return (
    <div class="acts">
      <Act id={c.id} primary label={words.dispatch} hint="U" onAct={() => (dialog.value = "dispatch")} />
      <Act id={c.id} label={words.note} hint="M" onAct={() => (dialog.value = "note")} />
      <Act id={c.id} label={words.close} hint="A" onAct={() => (dialog.value = "close")} />
      <Act id={c.id} label={words.release} onAct={() => void release(c.id)} />
    </div>
  );
}

function Related() {
  const related = detail.value?.related ?? [];
  if (related.length === 0) return null;
  return (
    <section class="part" aria-label={t().pane.related}>
      <h3>{t().pane.related}</h3>
      <ul class="visits">
        {related.map((other) => (
          <li key={other.id}>
            <button type="button" onClick={() => (openId.value = other.id)}>
              {whatAndWho(other)} · {t().lane[urgencyOf(other)]}
              {other.owner && ` · ${other.owner.name}`}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function CasePane() {
  const words = t().pane;
  const c = paneCase.value;
  if (!c) {
    return (
      <aside class="pane pane-empty" aria-label={words.title}>
        <p>{openId.value ? words.loading : words.none}</p>
        <p class="muted">{words.noneHint}</p>
      </aside>
    );
  }
  return (
    <aside class="pane" aria-labelledby="pane-title" tabIndex={-1} onKeyDown={(event) => onRegionKey(event, true)}>
      <header class="pane-head">
        <Badge priority={priorityOf(c)} state={c.state === "open" ? "untaken" : "taken"} />
        <div class="pane-title">
          <h2 id="pane-title">{nameAndAge(c) || word(t().kind, c.kind)}</h2>
          <p class="muted">
            {word(t().kind, c.kind)} · {c.municipality_name}
            {c.state === "closed"
              ? ` · ${words.closed}`
              : c.owner && ` · ${c.owner.name}, ${t().progress[progressOf(c)]}`}
          </p>
        </div>
        <button type="button" class="slim" onClick={() => (openId.value = null)}>
          <span class="unseen">{words.close}</span>
          <kbd aria-hidden="true">Esc</kbd>
        </button>
      </header>
      <div class="pane-body">
        <Vanished c={c} />
        <Problem c={c} />
        <Outage c={c} />
        {c.outage ? (
          <>
            <Blackout c={c} />
            <Rules c={c} />
          </>
        ) : (
          <>
            <WhoIsIt c={c} detail={detail.value} />
            <Rules c={c} />
            <Who c={c} detail={detail.value} />
            <Call detail={detail.value} />
          </>
        )}
        <Plan c={c} />
        <Visits c={c} />
        <section class="pane-acts" aria-label={words.actions}>
          <Actions c={c} />
        </section>
        <Related />
        {!c.outage && <Waiting c={c} />}
        {!c.outage && <CaseMap c={c} />}
        <History detail={detail.value} />
      </div>
    </aside>
  );
}
