import { formatHash } from '../../../routing/route.ts';
import { phrasesOf } from '../pattern/readable.ts';
import { LastAttempt, RuleStateText } from '../rule-status.tsx';
import type { Deliveries, Rule, Target } from '../rules.ts';
import { describeTarget } from '../targets.ts';

export type Row = Rule & {
  readonly deliveries: Deliveries | undefined;
  readonly targets: readonly Target[] | undefined;
};

export const COLUMNS = [
  {
    id: 'name',
    header: 'Rule',
    minWidth: 170,
    isRowHeader: true,
    cell: (row: Row) => (
      <>
        <a className="ot-link" href={formatHash({ page: 'rule', name: row.name, bus: row.bus })}>
          {row.name}
        </a>
        {row.bus !== 'default' && <div className="ot-secondary">bus {row.bus}</div>}
        {row.description !== '' && <div className="ot-secondary">{row.description}</div>}
      </>
    ),
  },
  {
    id: 'state',
    header: 'State',
    minWidth: 150,
    cell: (row: Row) => <RuleStateText rule={row} />,
  },
  {
    id: 'waits',
    header: 'Waits for',
    minWidth: 240,
    maxWidth: 420,
    cell: (row: Row) => <WaitsFor row={row} />,
  },
  {
    id: 'targets',
    header: 'Targets',
    minWidth: 180,
    cell: (row: Row) => <Targets targets={row.targets} />,
  },
  {
    id: 'last',
    header: 'Last delivery',
    minWidth: 200,
    maxWidth: 380,
    cell: (row: Row) => <LastAttempt deliveries={row.deliveries} />,
  },
];

function WaitsFor({ row }: { readonly row: Row }) {
  if (row.pattern === '') return <span className="ot-mono">{row.schedule}</span>;
  const phrases = phrasesOf(row.pattern);
  return (
    <ul className="ot-plain-list" title={row.pattern}>
      {phrases.slice(0, 4).map((phrase) => (
        <li key={phrase}>{phrase}</li>
      ))}
      {phrases.length > 4 && <li className="ot-secondary">and {phrases.length - 4} more</li>}
    </ul>
  );
}

function Targets({ targets }: { readonly targets: readonly Target[] | undefined }) {
  if (!targets) return <>–</>;
  if (targets.length === 0) return <span className="ot-secondary">none</span>;
  return (
    <ul className="ot-plain-list">
      {targets.map((target) => {
        const { kind, name } = describeTarget(target);
        return (
          <li key={target.Id} title={target.Arn}>
            {kind} <span className="ot-mono">{name}</span>
          </li>
        );
      })}
    </ul>
  );
}
