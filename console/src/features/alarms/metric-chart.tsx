import LineChart from '@cloudscape-design/components/line-chart';

import type { Sample } from './alarms.ts';

type Props = {
  readonly title: string;
  readonly samples: readonly Sample[];
  readonly threshold: number | undefined;
  /** Milliseconds. */
  readonly from: number;
  readonly to: number;
};

/** A metric against the threshold of its alarm. */
export default function MetricChart({ title, samples, threshold, from, to }: Props) {
  const values = samples.map(({ value }) => value);
  const most = Math.max(1, ...values, threshold ?? 0);
  const least = Math.min(0, ...values, threshold ?? 0);
  return (
    <LineChart
      ariaLabel={`${title} over time`}
      height={240}
      hideFilter
      xScaleType="time"
      xDomain={[new Date(from), new Date(to)]}
      yDomain={[least, most * 1.1]}
      series={[
        {
          title,
          type: 'line',
          data: samples.map(({ time, value }) => ({ x: new Date(time), y: value })),
        },
        ...(threshold === undefined
          ? []
          : [{ title: 'Threshold', type: 'threshold' as const, y: threshold }]),
      ]}
      i18nStrings={{
        xTickFormatter: (date) => date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' }),
        detailPopoverDismissAriaLabel: 'Close',
        legendAriaLabel: 'Legend',
        chartAriaRoleDescription: 'line chart',
        xAxisAriaRoleDescription: 'time',
        yAxisAriaRoleDescription: 'value',
      }}
      empty="Nothing was measured in this time."
    />
  );
}
