import { useMemo } from 'react';

import { CopyButton } from '../../parts/copy-button.tsx';
import { formatJson } from './format-json.ts';

/** The record as it was recorded, laid out; copying gives it byte for byte. */
export default function JsonView({ raw }: { readonly raw: string }) {
  const tokens = useMemo(() => formatJson(raw), [raw]);
  return (
    <div className="ot-json">
      <CopyButton text={raw} what="the record as JSON" label="Copy JSON" />
      <pre tabIndex={0} aria-label="The record as JSON">
        <code>
          {tokens
            ? tokens.map((token, index) => (
                <span key={index} className={`ot-json-${token.kind}`}>
                  {token.text}
                </span>
              ))
            : raw}
        </code>
      </pre>
    </div>
  );
}
