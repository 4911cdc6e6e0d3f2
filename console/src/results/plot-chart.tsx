import BarChart from '@cloudscape-design/components/bar-chart';
import LineChart from '@cloudscape-design/components/line-chart';

import { shortName } from '../events/sentence.ts';
import { localTime } from '../parts/time.ts';
import type { Plot, Series } from './plot.ts';
import { isNumeric } from './results.ts';

type Props = {
  readonly title: string;
  readonly plot: Plot;
  readonly height?: number;
  /** A heading above says already what it is about. */
  readonly headed?: boolean;
};

const STRINGS = {
  detailPopoverDismissAriaLabel: 'Close',
  legendAriaLabel: 'Legend',
  xAxisAriaRoleDescription: 'across',
  yAxisAriaRoleDescription: 'up',
};

/** Over time a line, or bars where there are few moments; bars for words. */
export default function PlotChart({ title, plot, height = 300, headed = false }: Props) {
  const shared = {
    ariaLabel: title,
    height,
    hideFilter: true,
    hideLegend: plot.series.length < 2,
    yDomain: yDomainOf(plot.series),
  } as const;
  if (plot.kind === 'words') {
    // Words are read along their bars; hours and years go across.
    const isLying = !plot.x.every(isNumeric);
    return (
      <BarChart
        {...shared}
        {...(headed ? {} : { xTitle: plot.xTitle })}
        xScaleType="categorical"
        xDomain={plot.x}
        horizontalBars={isLying}
        height={isLying ? plot.x.length * (16 + 12 * plot.series.length) + 24 : height}
        series={plot.series.map(({ title: name, values }) => ({
          title: name,
          type: 'bar',
          data: plot.x.flatMap((x, index) => {
            const y = values[index];
            return y === undefined ? [] : [{ x, y }];
          }),
        }))}
        i18nStrings={{ ...STRINGS, xTickFormatter: shortName, chartAriaRoleDescription: 'bar chart' }}
      />
    );
  }
  const x = plot.x.map((time) => new Date(time));
  const i18nStrings = { ...STRINGS, xTickFormatter: tickOf(plot.x) };
  if (plot.x.length < 4)
    return (
      <BarChart
        {...shared}
        xScaleType="categorical"
        xDomain={x}
        series={plot.series.map(({ title: name, values }) => ({
          title: name,
          type: 'bar',
          data: points(x, values),
        }))}
        i18nStrings={{ ...i18nStrings, chartAriaRoleDescription: 'bar chart' }}
      />
    );
  return (
    <LineChart
      {...shared}
      fitHeight={headed}
      xScaleType="time"
      series={plot.series.map(({ title: name, values }) => ({
        title: name,
        type: 'line',
        data: points(x, values),
      }))}
      i18nStrings={{ ...i18nStrings, chartAriaRoleDescription: 'line chart' }}
    />
  );
}

function points(x: readonly Date[], values: Series['values']) {
  return x.flatMap((at, index) => {
    const y = values[index];
    return y === undefined ? [] : [{ x: at, y }];
  });
}

/** From nothing, so that a difference looks as large as it is. */
function yDomainOf(series: readonly Series[]): [number, number] {
  const values = series.flatMap((one) => one.values.filter((value) => value !== undefined));
  const most = Math.max(0, ...values);
  return [Math.min(0, ...values), most === 0 ? 1 : most * 1.1];
}

/** In the viewer's zone; days alone where there is a whole number of them between all. */
function tickOf(x: readonly number[]): (date: Date) => string {
  const areDays = x.every((time) => time % 86_400_000 === 0);
  if (areDays)
    return (date) => date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
  const isShort = (x.at(-1) ?? 0) - (x[0] ?? 0) <= 86_400_000;
  return (date) => {
    const text = localTime(date.getTime()).slice(0, 16);
    return isShort ? text.slice(11) : text.slice(5);
  };
}
