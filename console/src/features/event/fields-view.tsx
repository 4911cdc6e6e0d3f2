import type { TrailEvent } from '../../events/trail-event.ts';
import { CopyButton } from '../../parts/copy-button.tsx';
import { formatHash } from '../../routing/route.ts';
import { fieldsOf } from './fields.ts';

export function Fields({ event }: { readonly event: TrailEvent }) {
  return (
    <section className="ot-section">
      <h3>Fields</h3>
      <dl className="ot-fields">
        {fieldsOf(event).map(({ label, value, identifier, who }) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd className={identifier ? 'ot-mono' : undefined}>
              {who ? (
                <a href={formatHash({ page: 'who', kind: who, value })} title={`What is known of ${value}`}>
                  {value}
                </a>
              ) : (
                value
              )}
              {identifier && <CopyButton text={value} what={label} />}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
