import Button from '@cloudscape-design/components/button';
import { useEffect, useState } from 'react';

import { copyText } from './copy.ts';

type Props = { readonly text: string; readonly what: string; readonly label?: string };

/** Copies, and says so for two seconds. `what` completes "Copy …" for screen readers; a `label` that is seen is part of what is heard. */
export function CopyButton({ text, what, label }: Props) {
  const [done, setDone] = useState<'copied' | 'failed'>();
  useEffect(() => {
    if (!done) return undefined;
    const timer = window.setTimeout(() => setDone(undefined), 2000);
    return () => window.clearTimeout(timer);
  }, [done]);
  const said = done === 'copied' ? 'Copied' : done === 'failed' ? 'Copying is not allowed here' : undefined;
  const shown = label && (said ?? label);
  return (
    <span className="ot-copy">
      <Button
        iconName={done === 'copied' ? 'check' : 'copy'}
        variant={label ? 'normal' : 'inline-icon'}
        ariaLabel={shown ? `${shown}: ${what}` : `Copy ${what}`}
        onClick={(event) => {
          event.stopPropagation();
          void copyText(text).then((ok) => setDone(ok ? 'copied' : 'failed'));
        }}
      >
        {shown}
      </Button>
      <span role="status" className="ot-offscreen">
        {said}
      </span>
    </span>
  );
}
