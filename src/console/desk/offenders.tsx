// What costs the operators most without need: devices, kinds and rules with most cases closed without action, and
// residents who use their alarm otherwise than before.
import { useEffect, useId } from "preact/hooks";
import { shortTime } from "../common/clock";
import { t, word } from "../common/i18n";
import { ruleText } from "../common/rule_words";
import type { ChangedUse, Offender, Offenders } from "../common/rule_types";
import { fetched, SideState } from "./side_state";

const report = fetched<Offenders>();

function Table({ title, rows, name }: { title: string; rows: Offender[]; name: (row: Offender) => string }) {
  const id = useId();
  const words = t().offenders;
  return (
    <section class="part" aria-labelledby={id}>
      <h3 id={id}>{title}</h3>
      {rows.length === 0 ? (
        <p class="muted">{words.none}</p>
      ) : (
        <table class="figures">
          <thead>
            <tr>
              <th scope="col">{words.name}</th>
              <th scope="col">{words.cases}</th>
              <th scope="col">{words.of}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={`${row.municipality} ${row.id}`}>
                <th scope="row">{name(row)}</th>
                <td>{row.without_action}</td>
                <td>{row.cases}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Changed({ rows }: { rows: ChangedUse[] }) {
  const id = useId();
  const words = t().offenders;
  return (
    <section class="part" aria-labelledby={id}>
      <h3 id={id}>{words.residents}</h3>
      <p class="muted meta">{words.residentsHint}</p>
      {rows.length === 0 ? (
        <p class="muted">{words.none}</p>
      ) : (
        <table class="figures">
          <thead>
            <tr>
              <th scope="col">{words.name}</th>
              <th scope="col">{words.recent}</th>
              <th scope="col">{words.usual}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={`${row.municipality} ${row.resident}`}>
                <th scope="row">{row.name}</th>
                <td>{row.recent}</td>
                <td>{row.usual.toFixed(1)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

export function OffenderList() {
  const words = t().offenders;
  useEffect(() => void report.load("/reports/offenders?days=7"), []);
  const found = report.value.value;
  return (
    <>
      <SideState of={report} />
      {found && (
        <>
          <p class="muted">{words.hint(`${new Date(found.since).toLocaleDateString()} ${shortTime(found.since)}`)}</p>
          {!found.whole && <p class="notable">{words.cut}</p>}
          <Table title={words.devices} rows={found.devices} name={(row) => row.name || row.id} />
          <Table title={words.kinds} rows={found.kinds} name={(row) => word(t().kind, row.id)} />
          <Table
            title={words.rules}
            rows={found.rules}
            name={(row) => ruleText({ rule: row.id, reason: row.name, policy_version: 0, at: null })}
          />
          <Changed rows={found.residents} />
        </>
      )}
    </>
  );
}
