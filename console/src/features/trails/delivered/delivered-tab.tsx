import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { ErrorState } from '../../../parts/error-state.tsx';
import { Waiting } from '../../../parts/waiting.tsx';
import { useConnection } from '../../../session/context.tsx';
import type { Trail } from '../trails.ts';
import { usePlace } from '../use-place.ts';
import { bytesText } from '../../../parts/bytes.ts';
import { countDelivered, listKinds, type Delivered } from './count-delivered.ts';
import { DeliveredChart } from './delivered-chart.tsx';

const RANGES = [
  { id: '1', text: 'Last day' },
  { id: '7', text: '7 days' },
  { id: '30', text: '30 days' },
] as const;

const KINDS: Readonly<Record<string, string>> = {
  CloudTrail: 'Log files',
  'CloudTrail-Digest': 'Digests',
  'CloudTrail-Insight': 'Insights',
  'CloudTrail-Aggregated': 'Aggregated events',
  'CloudTrail-NetworkActivity': 'Network activity',
};

/** What was delivered when, from the list of the bucket. */
export default function DeliveredTab({ trail }: { readonly trail: Trail }) {
  const { api, session } = useConnection();
  const place = usePlace(trail);
  const [days, setDays] = useState('1');
  const [kind, setKind] = useState('CloudTrail');
  const [measure, setMeasure] = useState<'files' | 'bytes'>('files');
  const kinds = useQuery({
    queryKey: ['trail-kinds', place],
    enabled: place !== undefined,
    queryFn: ({ signal }) => (place ? listKinds(api, place, signal) : []),
    staleTime: 0,
  });
  const delivered = useQuery({
    queryKey: ['trail-delivered', place, kind, days],
    enabled: place !== undefined,
    queryFn: ({ signal }) => {
      const to = Date.now();
      const span = { from: to - Number(days) * 86_400_000, to };
      return place ? countDelivered(api, { place, kind, span }, signal) : undefined;
    },
    staleTime: 0,
  });
  const options = [...new Set(['CloudTrail', ...(kinds.data ?? [])])].map((value) => ({
    value,
    label: KINDS[value] ?? value,
  }));
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={`Of account ${session.accountId}, by when it was delivered. Trails that share a bucket and prefix are counted together.`}
        >
          Delivered
        </Header>
      }
    >
      <SpaceBetween size="m">
        <div className="ot-chart-tools">
          <SegmentedControl
            label="Time range"
            selectedId={days}
            options={RANGES}
            onChange={({ detail }) => setDays(detail.selectedId)}
          />
          <Select
            ariaLabel="Kind of files"
            selectedOption={options.find(({ value }) => value === kind) ?? null}
            options={options}
            onChange={({ detail }) => setKind(detail.selectedOption.value ?? 'CloudTrail')}
          />
          <SegmentedControl
            label="Measure"
            selectedId={measure}
            options={[
              { id: 'files', text: 'Files' },
              { id: 'bytes', text: 'Bytes' },
            ]}
            onChange={({ detail }) => setMeasure(detail.selectedId as 'files' | 'bytes')}
          />
        </div>
        {delivered.isPending && <Waiting what="what was delivered" lines={6} />}
        {delivered.isError && (
          <ErrorState
            error={delivered.error}
            what="What was delivered"
            action="s3:ListBucket"
            onRetry={() => void delivered.refetch()}
          />
        )}
        {delivered.data && <Counted delivered={delivered.data} measure={measure} />}
      </SpaceBetween>
    </Container>
  );
}

type CountedProps = { readonly delivered: Delivered; readonly measure: 'files' | 'bytes' };

function Counted({ delivered, measure }: CountedProps) {
  const { files, bytes, slotMs, whole } = delivered;
  return (
    <>
      <p className="ot-total">
        <strong>{files.toLocaleString('en')}</strong> {files === 1 ? 'file' : 'files'},{' '}
        <strong>{bytesText(bytes)}</strong>, by the {slotMs < 86_400_000 ? 'hour' : 'day'}
      </p>
      {files === 0 ? (
        <Box color="text-body-secondary">Nothing was delivered in this time.</Box>
      ) : (
        <DeliveredChart delivered={delivered} measure={measure} />
      )}
      {!whole && (
        <Box variant="small" color="text-body-secondary">
          There are more files than are listed here: choose a shorter time to see all of it.
        </Box>
      )}
    </>
  );
}
