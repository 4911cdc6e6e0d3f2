import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';

import { shortName } from '../../events/sentence.ts';
import { whoHref } from '../../events/who.ts';
import { rateText, type Attribution, type Insight, type Share } from './insights.ts';

const TITLES: Readonly<Record<string, string>> = {
  userIdentityArn: 'Who',
  userAgent: 'With what',
  errorCode: 'With which error',
};

/** Who and what made it, beside who and what usually does. */
export function AttributionsPart({ insight }: { readonly insight: Insight }) {
  const told = insight.attributions.filter(tellsMore);
  if (told.length === 0)
    return <Box color="text-body-secondary">Nothing stands out in who called, and with what.</Box>;
  return (
    <div className="ot-halves">
      {told.map((one) => (
        <One key={one.attribute} attribution={one} />
      ))}
    </div>
  );
}

/** That nothing failed, then or usually, is no news. */
function tellsMore({ attribute, insight, baseline }: Attribution): boolean {
  return attribute !== 'errorCode' || [...insight, ...baseline].some(({ value }) => value !== 'null');
}

function One({ attribution: { attribute, insight, baseline } }: { readonly attribution: Attribution }) {
  const most = Math.max(
    0.0001,
    ...insight.map(({ average }) => average),
    ...baseline.map(({ average }) => average),
  );
  return (
    <Container
      header={
        <Header variant="h2" description="Calls a minute; at most five of each are told.">
          {TITLES[attribute] ?? attribute}
        </Header>
      }
    >
      <h3 className="ot-share-head">Then</h3>
      <Shares shares={insight} most={most} attribute={attribute} />
      <h3 className="ot-share-head">Usually</h3>
      <Shares shares={baseline} most={most} attribute={attribute} />
    </Container>
  );
}

type SharesProps = {
  readonly shares: readonly Share[];
  readonly most: number;
  readonly attribute: string;
};

function Shares({ shares, most, attribute }: SharesProps) {
  if (shares.length === 0) return <p className="ot-secondary">None.</p>;
  return (
    <ul className="ot-plain-list ot-counts">
      {shares.map(({ value, average }) => {
        const href = attribute === 'userIdentityArn' ? whoOf(value) : undefined;
        const name = value === 'null' ? 'no error' : shortName(value);
        return (
          <li key={value}>
            {href ? (
              <a className="ot-link ot-anywhere" href={href} title={value}>
                {name}
              </a>
            ) : (
              <span className="ot-anywhere">{attribute === 'userAgent' ? value : name}</span>
            )}
            <span className="ot-cell-number">{rateText(average)}</span>
            <meter min={0} max={most} value={average} aria-hidden="true" />
          </li>
        );
      })}
    </ul>
  );
}

/** Sessions of a role are told as the role: `arn:aws:sts::1:assumed-role/Deploy`. */
function whoOf(arn: string): string | undefined {
  const isRole = /^arn:[\w-]+:sts::\d*:assumed-role\/[^/]+$/.test(arn);
  if (isRole) return `#/who/role?value=${encodeURIComponent(arn)}`;
  return arn.startsWith('arn:') ? whoHref('UserArn', arn) : undefined;
}
