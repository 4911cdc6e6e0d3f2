import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import { useQuery } from '@tanstack/react-query';

import { ErrorState } from '../../parts/error-state.tsx';
import { localTime } from '../../parts/time.ts';
import { Waiting } from '../../parts/waiting.tsx';
import { useConnection } from '../../session/context.tsx';
import { services, type ServiceLine } from './profile.ts';
import { historyOf, subjectKey, type Subject } from './subject.ts';

const WIDTH = 600;
const HEIGHT = 28;

/** What of each service was called when: a line each, all over the same time. */
export function ServicesPart({ subject }: { readonly subject: Subject }) {
  const { api } = useConnection();
  const query = useQuery({
    queryKey: ['who', 'services', ...subjectKey(subject)],
    queryFn: ({ signal }) => services(api, subject, subject.span, signal),
  });
  const { from, to } = subject.span;
  return (
    <Container
      header={
        <Header variant="h2" description="Each line by its own height; what failed is red.">
          Services over time
        </Header>
      }
    >
      {query.isPending && <Waiting what="services" lines={5} />}
      {query.isError && (
        <ErrorState
          error={query.error}
          what="Services"
          action="cloudtrail:LookupEvents"
          onRetry={() => void query.refetch()}
        />
      )}
      {query.data?.lines.length === 0 && <Box color="text-body-secondary">Nothing in this time.</Box>}
      {query.data && query.data.lines.length > 0 && (
        <>
          <ul className="ot-plain-list ot-services">
            {query.data.lines.map((line) => (
              <li key={line.source}>
                <a
                  className="ot-link"
                  href={historyOf(subject, { key: 'EventSource', operator: 'equals', values: [line.source] })}
                >
                  {line.source.replace(/\.amazonaws\.com$/, '')}
                </a>
                <Line line={line} bucketSeconds={query.data.bucketSeconds} from={from} to={to} />
                <span className="ot-cell-number">{line.count.toLocaleString('en')}</span>
              </li>
            ))}
          </ul>
          <div className="ot-services-axis" aria-hidden="true">
            <span>{localTime(from * 1000).slice(0, 16)}</span>
            <span>{localTime(to * 1000).slice(0, 16)}</span>
          </div>
          {query.data.others > 0 && (
            <Box variant="small" color="text-body-secondary">
              {query.data.others === 1 ? '1 other service is' : `${query.data.others} other services are`} not
              drawn.
            </Box>
          )}
        </>
      )}
    </Container>
  );
}

type LineProps = {
  readonly line: ServiceLine;
  readonly bucketSeconds: number;
  readonly from: number;
  readonly to: number;
};

function Line({ line, bucketSeconds, from, to }: LineProps) {
  const { buckets, count, source } = line;
  const most = Math.max(1, ...buckets.map((bucket) => bucket.count));
  const failed = buckets.reduce((sum, { errors }) => sum + errors, 0);
  const scale = WIDTH / (to - from);
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`${source}: ${count} calls, ${failed} failed`}
    >
      <line className="ot-axis" x1={0} x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} />
      {buckets.map((bucket) => {
        const x = Math.max(0, (bucket.time - from) * scale);
        const width = Math.max(2, bucketSeconds * scale - 1);
        const height = Math.max(3, (bucket.count / most) * (HEIGHT - 2));
        const bad = bucket.errors === 0 ? 0 : Math.max(2, (bucket.errors / bucket.count) * height);
        return (
          <g key={bucket.time}>
            <title>
              {`${localTime(bucket.time * 1000)}: ${bucket.count.toLocaleString('en')} calls, ${bucket.errors.toLocaleString('en')} failed`}
            </title>
            <rect className="ot-bar" x={x} y={HEIGHT - height} width={width} height={height} />
            {bad > 0 && <rect className="ot-bar-error" x={x} y={HEIGHT - bad} width={width} height={bad} />}
          </g>
        );
      })}
    </svg>
  );
}
