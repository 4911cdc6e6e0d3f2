import StatusIndicator from '@cloudscape-design/components/status-indicator';

import { CopyButton } from '../../../parts/copy-button.tsx';
import { TimeText } from '../../../parts/time-text.tsx';
import type { Verdict } from './verify-digests.ts';

const STATES = {
  valid: { type: 'success', text: 'Valid' },
  invalid: { type: 'error', text: 'Invalid' },
  unknown: { type: 'warning', text: 'Not checked' },
} as const;

/** A line for each digest: when, whether it is valid, why not. */
export function DigestTable(props: { readonly verdicts: readonly Verdict[]; readonly bucket: string }) {
  return (
    <ul className="ot-plain-list ot-digests" aria-label="Digests">
      {props.verdicts.map(({ key, state, why, logFiles, end }) => (
        <li key={key}>
          <StatusIndicator type={STATES[state].type}>{STATES[state].text}</StatusIndicator>
          <span>{end === '' ? '–' : <TimeText ms={Date.parse(end)} />}</span>
          <span className="ot-secondary">
            {logFiles === 1 ? '1 log file' : `${logFiles} log files`}{' '}
            <CopyButton text={`s3://${props.bucket}/${key}`} what="the digest’s address" />
          </span>
          {why && <span className={state === 'valid' ? 'ot-secondary' : 'ot-bad'}>{why}</span>}
        </li>
      ))}
    </ul>
  );
}
