import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import { useQuery } from '@tanstack/react-query';

import { ErrorState } from '../../../parts/error-state.tsx';
import { Waiting } from '../../../parts/waiting.tsx';
import { formatHash } from '../../../routing/route.ts';
import { useConnection } from '../../../session/context.tsx';
import { getDetection, type WholeDetection } from '../detections.ts';

/** Why it matters and what to do next, as the detection says. */
export function AdvicePart({ detectionId }: { readonly detectionId: string }) {
  const { api } = useConnection();
  const detection = useQuery({
    queryKey: ['detection', detectionId],
    queryFn: ({ signal }) => getDetection(api, detectionId, signal),
  });
  if (detection.isPending) return <Waiting what="why it matters" />;
  if (detection.isError)
    return <ErrorState error={detection.error} what="The detection" action="opentrail:GetDetection" />;
  return <Advice detection={detection.data} link />;
}

export function Advice({
  detection,
  link = false,
}: {
  readonly detection: WholeDetection;
  readonly link?: boolean;
}) {
  const { why, next, falsePositives, references } = detection;
  return (
    <Container header={<Header variant="h2">Why it matters</Header>}>
      <div className="ot-advice">
        <Box variant="p">{why}</Box>
        {next.length > 0 && (
          <>
            <h3>What to do next</h3>
            <ol>
              {next.map((step) => (
                <li key={step}>
                  <WithCode text={step} />
                </li>
              ))}
            </ol>
          </>
        )}
        {falsePositives.length > 0 && (
          <>
            <h3>When it means nothing</h3>
            <ul>
              {falsePositives.map((one) => (
                <li key={one}>{one}</li>
              ))}
            </ul>
          </>
        )}
        {references.length > 0 && (
          <>
            <h3>More about it</h3>
            <ul>
              {references.map((one) => (
                <li key={one}>
                  <Reference url={one} />
                </li>
              ))}
            </ul>
          </>
        )}
        {link && (
          <p>
            <a className="ot-link" href={formatHash({ page: 'detection', id: detection.id })}>
              The detection “{detection.title}”
            </a>
          </p>
        )}
      </div>
    </Container>
  );
}

/** Words between backticks as code. */
function WithCode({ text }: { readonly text: string }) {
  return (
    <>{text.split('`').map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part))}</>
  );
}

/** Imported detections are written by others: only what leads to the web becomes a link. */
function Reference({ url }: { readonly url: string }) {
  if (!/^https?:\/\//i.test(url)) return <>{url}</>;
  return (
    <a className="ot-link ot-anywhere" href={url} target="_blank" rel="noreferrer noopener">
      {url}
    </a>
  );
}
