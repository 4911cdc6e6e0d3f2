import Button from '@cloudscape-design/components/button';
import DateRangePicker, { type DateRangePickerProps } from '@cloudscape-design/components/date-range-picker';

import { formatSecond, UNITS, type Range, type Span, type Unit } from '../../events/range.ts';

type Props = { readonly range: Range; readonly span: Span; readonly onRange: (range: Range) => void };

const RELATIVE: readonly (readonly [number, Unit])[] = [
  [15, 'm'],
  [1, 'h'],
  [6, 'h'],
  [24, 'h'],
  [7, 'd'],
  [30, 'd'],
  [90, 'd'],
];
const WORDS = { m: 'minute', h: 'hour', d: 'day', w: 'week' } as const;
const LETTERS: Readonly<Record<string, Unit>> = { minute: 'm', hour: 'h', day: 'd', week: 'w' };

export function RangePicker({ range, span, onRange }: Props) {
  return (
    <div className="ot-range">
      <DateRangePicker
        ariaLabel="Time range"
        value={toPicker(range)}
        onChange={({ detail }) => {
          const chosen = detail.value && fromPicker(detail.value);
          if (chosen) onRange(chosen);
        }}
        relativeOptions={RELATIVE.map(([amount, unit]) => ({
          key: `${amount}${unit}`,
          amount,
          unit: WORDS[unit],
          type: 'relative',
        }))}
        isValidRange={check}
        customRelativeRangeUnits={['minute', 'hour', 'day', 'week']}
        showClearButton={false}
        absoluteFormat="iso"
        hideTimeOffset
        expandToViewport
        dateInputFormat="iso"
      />
      <Button
        iconName="zoom-out"
        variant="icon"
        ariaLabel="Widen the time range"
        onClick={() => onRange(widen(range, span))}
      />
    </div>
  );
}

/** Three times as wide, around the same middle; relative ranges reach further back. */
function widen(range: Range, span: Span): Range {
  if (range.type === 'relative') {
    const seconds = range.amount * UNITS[range.unit];
    const next = RELATIVE.find(([amount, unit]) => amount * UNITS[unit] > seconds);
    return next
      ? { type: 'relative', amount: next[0], unit: next[1] }
      : { ...range, amount: range.amount * 3 };
  }
  const width = Math.max(span.to - span.from, 60);
  return {
    type: 'absolute',
    from: span.from - width,
    to: Math.min(span.to + width, Math.floor(Date.now() / 1000)),
  };
}

function toPicker(range: Range): DateRangePickerProps.Value {
  if (range.type === 'absolute') {
    return { type: 'absolute', startDate: formatSecond(range.from), endDate: formatSecond(range.to) };
  }
  return {
    type: 'relative',
    key: `${range.amount}${range.unit}`,
    amount: range.amount,
    unit: WORDS[range.unit],
  };
}

function fromPicker(value: DateRangePickerProps.Value): Range | undefined {
  if (value.type === 'relative') {
    const unit = LETTERS[value.unit];
    return unit && value.amount > 0 ? { type: 'relative', amount: value.amount, unit } : undefined;
  }
  const from = Math.floor(Date.parse(value.startDate) / 1000);
  const to = Math.floor(Date.parse(value.endDate) / 1000);
  return Number.isFinite(from) && Number.isFinite(to) ? { type: 'absolute', from, to } : undefined;
}

function check(value: DateRangePickerProps.Value | null): DateRangePickerProps.ValidationResult {
  if (!value) return { valid: false, errorMessage: 'Choose a time range.' };
  const range = fromPicker(value);
  if (!range) return { valid: false, errorMessage: 'Give a start and an end.' };
  if (range.type === 'absolute' && range.from > range.to)
    return { valid: false, errorMessage: 'The range ends before it starts.' };
  return { valid: true };
}
