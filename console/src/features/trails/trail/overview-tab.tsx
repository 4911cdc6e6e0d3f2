import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';

import { CopyButton } from '../../../parts/copy-button.tsx';
import { ErrorState } from '../../../parts/error-state.tsx';
import { TimeText } from '../../../parts/time-text.tsx';
import { useNarrow } from '../../../parts/use-narrow.ts';
import { Waiting } from '../../../parts/waiting.tsx';
import type { Trail, TrailStatus } from '../trails.ts';
import { LoggedPart } from './logged-part.tsx';
import { StatusPart } from './status-part.tsx';
import { TagsPart } from './tags-part.tsx';

type Props = {
  readonly trail: Trail;
  readonly status: { readonly data: TrailStatus | undefined; readonly error: unknown };
  readonly readOnly: string | undefined;
};

export function OverviewTab({ trail, status, readOnly }: Props) {
  const narrow = useNarrow();
  return (
    <SpaceBetween size="l">
      <Container header={<Header variant="h2">Deliveries</Header>}>
        {status.data ? (
          <StatusPart trail={trail} status={status.data} />
        ) : status.error ? (
          <ErrorState error={status.error} what="The status" action="cloudtrail:GetTrailStatus" />
        ) : (
          <Waiting what="the status" />
        )}
      </Container>
      <Container header={<Header variant="h2">Settings</Header>}>
        <KeyValuePairs columns={narrow ? 1 : 3} items={settings(trail, status.data)} />
      </Container>
      <LoggedPart trail={trail} />
      <TagsPart trail={trail} readOnly={readOnly} />
    </SpaceBetween>
  );
}

function settings(trail: Trail, status: TrailStatus | undefined) {
  const copied = (text: string | undefined, what: string) =>
    text === undefined ? (
      '–'
    ) : (
      <>
        <span className="ot-mono ot-anywhere">{text}</span> <CopyButton text={text} what={what} />
      </>
    );
  return [
    {
      label: 'Regions',
      value: trail.multiRegion ? `all (home ${trail.homeRegion})` : trail.homeRegion,
    },
    { label: 'Accounts', value: trail.organization ? 'the whole organization' : trail.accountId },
    { label: 'Global service events', value: trail.globalEvents ? 'logged' : 'not logged' },
    { label: 'Bucket', value: copied(trail.bucket, 'the bucket’s name') },
    { label: 'Prefix', value: trail.prefix === '' ? '–' : copied(trail.prefix, 'the prefix') },
    { label: 'Log file validation', value: trail.validated ? 'on' : 'off' },
    { label: 'KMS key', value: copied(trail.kmsKey, 'the key’s ARN') },
    { label: 'SNS topic', value: copied(trail.topic, 'the topic’s ARN') },
    { label: 'Log group', value: copied(trail.logGroup, 'the log group’s ARN') },
    { label: 'Role', value: copied(trail.logRole, 'the role’s ARN') },
    { label: 'Its own deliveries', value: trail.recursive ? 'logged' : 'not logged' },
    { label: status?.logging ? 'Logging since' : 'Last stopped', value: since(status) },
  ];
}

function since(status: TrailStatus | undefined) {
  const at = status?.logging ? status.startedAt : status?.stoppedAt;
  return at === undefined ? 'never' : <TimeText ms={at} />;
}
