import BarChart from '@cloudscape-design/components/bar-chart';

import { bytesText } from '../../../parts/bytes.ts';
import type { Delivered } from './count-delivered.ts';

type Props = { readonly delivered: Delivered; readonly measure: 'files' | 'bytes' };

/** A bar for each hour or day. */
export function DeliveredChart({ delivered: { slots, slotMs }, measure }: Props) {
  const hourly = slotMs < 86_400_000;
  const text = (value: number) => (measure === 'bytes' ? bytesText(value) : value.toLocaleString('en'));
  const [first, last] = [slots[0]?.time ?? 0, slots.at(-1)?.time ?? 0];
  const most = Math.max(1, ...slots.map((slot) => slot[measure]));
  return (
    <BarChart
      ariaLabel={`${measure === 'files' ? 'Files' : 'Bytes'} delivered by the ${hourly ? 'hour' : 'day'}`}
      height={220}
      hideFilter
      hideLegend
      xScaleType="categorical"
      xDomain={slots.map(({ time }) => new Date(time))}
      yDomain={[0, most]}
      series={[
        {
          title: measure === 'files' ? 'Files' : 'Size',
          type: 'bar',
          data: slots.map((slot) => ({ x: new Date(slot.time), y: slot[measure] })),
          valueFormatter: text,
        },
      ]}
      i18nStrings={{
        xTickFormatter: (date) => tick(date, hourly),
        // Half a file is none.
        yTickFormatter: (value) => (measure === 'files' && !Number.isInteger(value) ? '' : text(value)),
        detailPopoverDismissAriaLabel: 'Close',
        chartAriaRoleDescription: 'bar chart',
        xAxisAriaRoleDescription: 'time',
        yAxisAriaRoleDescription: measure,
      }}
      detailPopoverFooter={() => null}
      empty={`Nothing between ${new Date(first).toISOString()} and ${new Date(last).toISOString()}`}
    />
  );
}

/** In the viewer's zone; days are UTC's, as the folders are. */
function tick(date: Date, hourly: boolean): string {
  return hourly
    ? date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
    : date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
}
