import { useLate } from './use-late.ts';

/** Grey lines in place of what is on its way, once it takes long enough to be noticed. */
export function Waiting({ what, lines = 4 }: { readonly what: string; readonly lines?: number }) {
  const late = useLate(true, 200);
  return (
    <div className="ot-skeleton" role="status" aria-label={`Loading ${what}`}>
      {late && Array.from({ length: lines }, (_line, index) => <span key={index} />)}
    </div>
  );
}
