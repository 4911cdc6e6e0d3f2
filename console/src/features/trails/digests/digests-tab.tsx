import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import LiveRegion from '@cloudscape-design/components/live-region';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { ApiError } from '../../../aws/errors.ts';
import { Command } from '../../../parts/command.tsx';
import { ErrorState } from '../../../parts/error-state.tsx';
import { shellQuote } from '../../../parts/shell-quote.ts';
import { Waiting } from '../../../parts/waiting.tsx';
import { useConnection } from '../../../session/context.tsx';
import { listFolders } from '../bucket-list.ts';
import type { Trail } from '../trails.ts';
import { usePlace } from '../use-place.ts';
import { accountFolder, type Place } from './digest-keys.ts';
import { DigestTable } from './digest-table.tsx';
import { judgeNewest, type Judged } from './load-digests.ts';

const COUNT = 24;

/** The newest digests, each checked here in the browser. */
export default function DigestsTab({ trail }: { readonly trail: Trail }) {
  const place = usePlace(trail);
  if (!trail.validated)
    return (
      <Alert type="info">
        This trail signs no digests: whether its files were changed later cannot be told. Edit it to switch
        log file validation on.
      </Alert>
    );
  return place ? <Digests trail={trail} place={place} /> : <Waiting what="digests" />;
}

function Digests({ trail, place }: { readonly trail: Trail; readonly place: Place }) {
  const { api } = useConnection();
  const [region, setRegion] = useState(trail.homeRegion);
  const [count, setCount] = useState(COUNT);
  const regions = useQuery({
    queryKey: ['digest-regions', place],
    queryFn: ({ signal }) =>
      listFolders(api, { bucket: place.bucket, prefix: `${accountFolder(place)}CloudTrail-Digest/` }, signal),
    staleTime: 0,
  });
  const judged = useQuery({
    queryKey: ['trail-digests', place, region, count],
    queryFn: ({ signal }) => judgeNewest(api, { place, region, count }, signal),
    staleTime: 0,
    placeholderData: (before) => before,
  });
  const options = [...new Set([trail.homeRegion, ...(regions.data ?? [])])].map((value) => ({ value }));
  return (
    <SpaceBetween size="l">
      <Container
        header={
          <Header
            variant="h2"
            description="Checked in this browser: each signature, and each link to the digest before."
            actions={
              <SpaceBetween size="xs" direction="horizontal">
                {options.length > 1 && (
                  <Select
                    ariaLabel="Region"
                    selectedOption={{ value: region }}
                    options={options}
                    onChange={({ detail }) => setRegion(detail.selectedOption.value ?? region)}
                  />
                )}
                <Button
                  iconName="refresh"
                  loading={judged.isFetching && !judged.isPending}
                  onClick={() => void judged.refetch()}
                >
                  Check again
                </Button>
              </SpaceBetween>
            }
          >
            Digests
          </Header>
        }
      >
        {judged.isPending && <Waiting what="digests" lines={6} />}
        {judged.isError && <NotChecked error={judged.error} onRetry={() => void judged.refetch()} />}
        {judged.data && (
          <Verdicts judged={judged.data} bucket={place.bucket} onMore={() => setCount(count + 2 * COUNT)} />
        )}
      </Container>
      <Verify trail={trail} place={place} region={region} judged={judged.data} />
    </SpaceBetween>
  );
}

function NotChecked({ error, onRetry }: { readonly error: unknown; readonly onRetry: () => void }) {
  if (error instanceof ApiError && error.code === 'NoWebCrypto')
    return <Alert type="warning">{error.message}</Alert>;
  return <ErrorState error={error} what="Digests" action="s3:GetObject" onRetry={onRetry} />;
}

type VerdictsProps = { readonly judged: Judged; readonly bucket: string; readonly onMore: () => void };

function Verdicts({ judged: { verdicts, more }, bucket, onMore }: VerdictsProps) {
  if (verdicts.length === 0)
    return (
      <Box color="text-body-secondary">
        No digest yet: the first is written when the digest interval is over, an hour unless the server is set
        otherwise.
      </Box>
    );
  const bad = verdicts.filter(({ state }) => state === 'invalid').length;
  const unknown = verdicts.filter(({ state }) => state === 'unknown').length;
  return (
    <SpaceBetween size="m">
      <LiveRegion>
        {bad + unknown === 0 ? (
          <Alert type="success">
            {verdicts.length === 1
              ? 'The newest digest is valid.'
              : `The newest ${verdicts.length} digests are valid.`}{' '}
            The log files that they name are checked by the commands below.
          </Alert>
        ) : (
          <Alert type={bad > 0 ? 'error' : 'warning'}>
            {bad > 0 && `${bad} of ${verdicts.length} digests ${bad === 1 ? 'is' : 'are'} invalid. `}
            {unknown > 0 && `${unknown} could not be checked. `}
            Keep the bucket as it is, and find out who wrote there.
          </Alert>
        )}
      </LiveRegion>
      <DigestTable verdicts={verdicts} bucket={bucket} />
      {more && <Button onClick={onMore}>Check older ones</Button>}
    </SpaceBetween>
  );
}

type VerifyProps = {
  readonly trail: Trail;
  readonly place: Place;
  readonly region: string;
  readonly judged: Judged | undefined;
};

/** With the log files, by tools that are not this page. */
function Verify({ trail, place, region, judged }: VerifyProps) {
  const oldest = judged?.verdicts.at(-1)?.start ?? '';
  const start = /^\d{4}-\d\d-\d\dT[\d:]+Z$/.test(oldest)
    ? oldest
    : new Date(Date.now() - 86_400_000).toISOString().replace(/\.\d+Z/, 'Z');
  const aws = [
    'aws cloudtrail validate-logs',
    `--trail-arn ${shellQuote(trail.arn)}`,
    `--start-time ${start}`,
    ...(trail.organization ? [`--account-id ${place.accountId}`] : []),
    `--region ${shellQuote(region)} --verbose`,
  ].join(' \\\n  ');
  const uri = `s3://${place.bucket}/${place.prefix}`.replace(/\/$/, '');
  return (
    <Container
      header={
        <Header variant="h2" description="These read every log file, and compare it with its digest.">
          Verify with the CLI
        </Header>
      }
    >
      <Command text={aws} />
      <Command text={`opentrail verify ${shellQuote(uri)}`} />
    </Container>
  );
}
