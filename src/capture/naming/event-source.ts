const RECORDS = 'event sources in real records';
const OWN = 'ours: no AWS service';
/** Each service that speaks through CloudTrail has such a page, with the eventSource to match. */
const EVENTBRIDGE = 'https://docs.aws.amazon.com/eventbridge/latest/ref';
/** Says so of the administrative operations; of the portal and of OIDC it is taken over. EventBridge's reference has sso-oauth.amazonaws.com for OIDC. */
const IDENTITY_CENTER =
  'https://docs.aws.amazon.com/singlesignon/latest/userguide/sso-info-in-cloudtrail.html';
const EXCLUDED =
  'https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_EventSelector.html (ExcludeManagementEventSources)';

type Row = readonly [signingName: string, eventSource: string, source: string];

/** Signing names whose events CloudTrail files under another source than `NAME.amazonaws.com`, and where that is said. */
const SOURCES: readonly Row[] = [
  ['awsssooidc', 'sso.amazonaws.com', IDENTITY_CENTER],
  ['awsssoportal', 'sso.amazonaws.com', IDENTITY_CENTER],
  [
    'cloudfront-keyvaluestore',
    'edgekeyvaluestore.amazonaws.com',
    `${EVENTBRIDGE}/events-ref-edgekeyvaluestore.html`,
  ],
  ['cloudwatch', 'monitoring.amazonaws.com', RECORDS],
  ['email', 'ses.amazonaws.com', RECORDS],
  ['opentrail', 'opentrail', OWN],
  ['rds-data', 'rdsdata.amazonaws.com', EXCLUDED],
  ['sso-oauth', 'sso.amazonaws.com', IDENTITY_CENTER],
  ['unknown', 'unknown', OWN],
];

const made = new Map<string, string>(SOURCES.map(([name, eventSource]) => [name, eventSource]));
const MOST = 1000;

/** `ec2` → `ec2.amazonaws.com`. */
export function eventSourceOf(service: string): string {
  const known = made.get(service);
  if (known !== undefined) return known;
  const source = `${service}.amazonaws.com`;
  if (made.size < MOST) made.set(service, source);
  return source;
}
