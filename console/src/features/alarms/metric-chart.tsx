import BarChart from '@cloudscape-design/components/bar-chart';

import type { Sample } from './alarms.ts';
import { slotsOf } from './slots.ts';

type Props = {
  readonly title: string;
  readonly samples: readonly Sample[];
  readonly threshold: number | undefined;
  /** Seconds that a sample stands for. */
  readonly period: number;
  /** Milliseconds. */
  readonly from: number;
  readonly to: number;
};

/** A metric against the threshold of its alarm: bars, since a single sample makes no line. */
export default function MetricChart({ title, threshold, ...range }: Props) {
  const slots = slotsOf(range);
  const values = slots.flatMap(({ value }) => (value === undefined ? [] : [value]));
  const most = Math.max(1, ...values, threshold ?? 0);
  const least = Math.min(0, ...values, threshold ?? 0);
  return (
    <BarChart
      ariaLabel={`${title} over time`}
      height={240}
      hideFilter
      xScaleType="categorical"
      xDomain={slots.map(({ time }) => new Date(time))}
      yDomain={[least, most * 1.1]}
      series={[
        {
          title,
          type: 'bar',
          data: slots.flatMap(({ time, value }) =>
            value === undefined ? [] : [{ x: new Date(time), y: value }],
          ),
        },
        ...(threshold === undefined
          ? []
          : [{ title: 'Threshold', type: 'threshold' as const, y: threshold }]),
      ]}
      i18nStrings={{
        xTickFormatter: (date) => tick(date, range.to - range.from),
        detailPopoverDismissAriaLabel: 'Close',
        legendAriaLabel: 'Legend',
        chartAriaRoleDescription: 'bar chart',
        xAxisAriaRoleDescription: 'time',
        yAxisAriaRoleDescription: 'value',
      }}
      empty="Nothing was measured in this time."
    />
  );
}

/** In the viewer's zone. */
function tick(date: Date, span: number): string {
  const time = date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  if (span <= 86_400_000) return time;
  return `${date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })} ${time}`;
}
