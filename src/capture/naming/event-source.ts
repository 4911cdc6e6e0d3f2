/**
 * Signing names whose events CloudTrail files under another source than `NAME.amazonaws.com`.
 * CloudTrail user guide, "AWS service topics for CloudTrail", and the event references of the services named.
 */
const SOURCES: Readonly<Record<string, string>> = {
  unknown: 'unknown',
  email: 'ses.amazonaws.com',
  cloudwatch: 'monitoring.amazonaws.com',
  's3-outposts': 's3-outposts.amazonaws.com',
  s3express: 's3express.amazonaws.com',
  AWSMobileHubService: 'mobilehub.amazonaws.com',
  'sso-oauth': 'sso.amazonaws.com',
  awsssoportal: 'sso.amazonaws.com',
  awsssooidc: 'sso.amazonaws.com',
  opentrail: 'opentrail',
};

const made = new Map<string, string>(Object.entries(SOURCES));
const MOST = 1000;

/** `ec2` → `ec2.amazonaws.com`. */
export function eventSourceOf(service: string): string {
  const known = made.get(service);
  if (known !== undefined) return known;
  const source = `${service}.amazonaws.com`;
  if (made.size < MOST) made.set(service, source);
  return source;
}
