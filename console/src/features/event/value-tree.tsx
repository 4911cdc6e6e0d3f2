import { isObject } from '../../events/record.ts';
import { embeddedJson } from './embedded-json.ts';
import { markOf } from './marked-value.ts';

type Props = { readonly name: string | undefined; readonly value: unknown; readonly depth?: number };

/** Beyond these, a value shows closed or cut: records come from outside and may be as deep as they like. */
const OPEN_DEPTH = 6;
const MOST_DEPTH = 60;
const MOST_ITEMS = 200;

/** Parameters as a tree that opens and closes; what was redacted or omitted says so. */
export function ValueTree({ name, value, depth = 0 }: Props) {
  const mark = markOf(value);
  if (mark) return <Leaf name={name} mark={mark.text} />;
  const inner = typeof value === 'string' && depth <= MOST_DEPTH ? embeddedJson(value) : undefined;
  const entries = entriesOf(inner ?? value);
  if (!entries || depth > MOST_DEPTH) return <Leaf name={name} value={value} />;
  const isList = Array.isArray(inner ?? value);
  const children = entries.slice(0, MOST_ITEMS).map(([key, child]) => (
    <li key={key}>
      <ValueTree name={isList ? `[${key}]` : key} value={child} depth={depth + 1} />
    </li>
  ));
  const more = entries.length - children.length;
  const list = (
    <ul className="ot-tree">
      {children}
      {more > 0 && <li className="ot-secondary">and {more.toLocaleString('en')} more: see the JSON</li>}
    </ul>
  );
  if (name === undefined) return list;
  return (
    <details open={depth < OPEN_DEPTH}>
      <summary>
        <span className="ot-tree-name">{name}</span>{' '}
        <span className="ot-secondary">
          {count(entries.length, isList ? 'item' : 'field')}
          {inner && ', written as JSON text'}
        </span>
      </summary>
      {list}
    </details>
  );
}

function Leaf({
  name,
  value,
  mark,
}: {
  readonly name: string | undefined;
  readonly value?: unknown;
  readonly mark?: string;
}) {
  return (
    <div className="ot-tree-leaf">
      {name !== undefined && <span className="ot-tree-name">{name}</span>}
      {mark ? (
        <em className="ot-mark">{mark}</em>
      ) : (
        <span className={`ot-mono ot-value-${value === null ? 'null' : typeof value}`}>{textOf(value)}</span>
      )}
    </div>
  );
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] | undefined {
  const entries = Array.isArray(value) || isObject(value) ? Object.entries(value) : [];
  return entries.length > 0 ? entries : undefined;
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value === '' ? '(empty)' : value;
  if (Array.isArray(value)) return '[ ]';
  return isObject(value) ? '{ }' : String(value);
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}
