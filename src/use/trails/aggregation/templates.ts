/**
 * What data events are counted by, as PutEventConfiguration names it:
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/aggregating-data-events.html
 */
export const TEMPLATES = ['API_ACTIVITY', 'RESOURCE_ACCESS', 'USER_ACTIONS'] as const;

export type Template = (typeof TEMPLATES)[number];

/** In the order in which they stand in `summary.details`. */
export const DIMENSIONS = [
  'eventName',
  'resourceARN',
  'userIdentity',
  'userAgent',
  'sourceIpAddress',
  'errorCodes',
] as const;

export type Dimension = (typeof DIMENSIONS)[number];

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aggregated-events.html */
export const PRIMARY: Readonly<Record<Template, Dimension>> = {
  API_ACTIVITY: 'eventName',
  RESOURCE_ACCESS: 'resourceARN',
  USER_ACTIONS: 'userIdentity',
};

export function isTemplate(value: unknown): value is Template {
  return TEMPLATES.some((template) => template === value);
}
