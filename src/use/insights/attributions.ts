import type { RateAttribute, RateShare } from '../../store/contract.ts';

export type ValueAverage = { readonly value: string; readonly average: number };

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-insights-fields-trails.html */
export type Attribution = {
  readonly attribute: RateAttribute;
  readonly insight: readonly ValueAverage[];
  readonly baseline: readonly ValueAverage[];
};

export type Counted = { readonly shares: readonly RateShare[]; readonly minutes: number };

const ATTRIBUTES: readonly RateAttribute[] = ['userIdentityArn', 'userAgent', 'errorCode'];
const MOST = 5;

/** Who made the calls then and usually: five of each attribute at most, the most frequent first, in calls per minute. */
export function attributionsOf(insight: Counted, baseline: Counted): readonly Attribution[] {
  return ATTRIBUTES.map((attribute) => ({
    attribute,
    insight: averagesOf(attribute, insight),
    baseline: averagesOf(attribute, baseline),
  })).filter((one) => one.insight.length + one.baseline.length > 0);
}

function averagesOf(attribute: RateAttribute, { shares, minutes }: Counted): readonly ValueAverage[] {
  return shares
    .filter((share) => share.attribute === attribute && (share.value !== '' || attribute === 'errorCode'))
    .sort((a, b) => b.calls - a.calls || (a.value < b.value ? -1 : 1))
    .slice(0, MOST)
    .map(({ value, calls }) => ({
      // The text, as AWS has it for calls that succeeded.
      value: value === '' ? 'null' : value,
      average: averageOf(calls, minutes),
    }));
}

/** Calls per minute with ten significant digits, as AWS's have about as many. */
export function averageOf(calls: number, minutes: number): number {
  return Number((calls / Math.max(1, minutes)).toPrecision(10));
}
