import { AwsError } from '../../aws/errors.ts';

export type TrailArn = { readonly region: string; readonly account: string; readonly name: string };

const ARN = /^arn:aws[a-z-]*:cloudtrail:([a-z0-9-]+):(\d{12}):trail\/(.+)$/;
const IPV4 = /^\d{1,3}(\.\d{1,3}){3}$/;

export function trailArn({ region, account, name }: TrailArn): string {
  return `arn:aws:cloudtrail:${region}:${account}:trail/${name}`;
}

/** Throws CloudTrailARNInvalidException when the text is no trail's ARN. */
export function parseTrailArn(text: string): TrailArn {
  const match = ARN.exec(text);
  const [, region, account, name] = match ?? [];
  if (region === undefined || account === undefined || name === undefined || text.length > 512) {
    throw new AwsError('CloudTrailARNInvalidException', `The ARN ${shown(text)} is not a valid trail ARN.`);
  }
  checkTrailName(name);
  return { region, account, name };
}

export function isArn(text: string): boolean {
  return text.startsWith('arn:');
}

/** Throws InvalidTrailNameException: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-trail-naming-requirements.html */
export function checkTrailName(name: string): void {
  const problem = problemWith(name);
  if (problem !== undefined) throw new AwsError('InvalidTrailNameException', problem);
}

function problemWith(name: string): string | undefined {
  if (name.trim() === '') return 'Trail name cannot be blank!';
  if (name.length < 3) {
    return `Trail name too short. Minimum allowed length: 3 characters. Specified name length: ${name.length} characters.`;
  }
  if (name.length > 128) {
    return `Trail name too long. Maximum allowed length: 128 characters. Specified name length: ${name.length} characters.`;
  }
  if (!/^[A-Za-z0-9]/.test(name)) return 'Trail name must starts with a letter or number.';
  if (!/[A-Za-z0-9]$/.test(name)) return 'Trail name must ends with a letter or number.';
  if (!/^[A-Za-z0-9._-]+$/.test(name)) {
    return 'Trail name or ARN can only contain uppercase letters, lowercase letters, numbers, periods (.), hyphens (-), and underscores (_).';
  }
  if (/[._-]{2}/.test(name)) {
    return 'Trail name cannot have adjacent periods (.), underscores (_), or hyphens (-).';
  }
  if (IPV4.test(name)) return 'Trail name cannot be in IP address format.';
  return undefined;
}

function shown(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
