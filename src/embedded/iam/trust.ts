import type { PolicyDocument } from '../../aws/operation.ts';
import { validatePolicy } from '../../aws/policy/validate-policy.ts';
import type { Directory } from './directory.ts';
import { malformed } from './iam-errors.ts';
import { parseDocument } from './policy-documents.ts';
import type { DirectoryRole } from './principals.ts';

/**
 * Trust policies name users and roles by ARN, but mean the one that has it when they are written: who is deleted and made anew under the same
 * name is trusted no more. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
export type PinnedTrust = {
  readonly trust: string;
  /** ARN in the text → unique id. */
  readonly pins: Readonly<Record<string, string>>;
};

type Known = Pick<Directory, 'userByArn' | 'roleByArn' | 'userById' | 'roleById'>;
type Trust = Pick<DirectoryRole, 'trust' | 'trustPins'>;

/** Throws MalformedPolicyDocument. */
export function readTrust(directory: Known, accountId: string, text: string): PinnedTrust {
  const document = parseDocument(text);
  const complaints = [...validatePolicy(document, 'resource'), ...trustComplaints(document)];
  if (complaints.length > 0) throw malformed(complaints.join(' '));
  const pins = new Map<string, string>();
  for (const name of awsPrincipals(document as PolicyDocument)) {
    const id = pinOf(directory, accountId, name);
    if (id !== undefined) pins.set(name, id);
  }
  return { trust: text, pins: Object.fromEntries(pins) };
}

/** The trust policy with the ARNs that its principals have now; who is gone stands there by its id. */
export function trustInForce(directory: Known, role: Trust): PolicyDocument {
  const document = JSON.parse(role.trust) as PolicyDocument;
  const now = (name: string) => {
    const id = Object.hasOwn(role.trustPins, name) ? role.trustPins[name] : undefined;
    return id === undefined ? name : (directory.userById(id)?.arn ?? directory.roleById(id)?.arn ?? id);
  };
  return { ...document, Statement: statementsOf(document).map((statement) => rename(statement, now)) };
}

/** As GetRole shows it: as it was written, unless somebody named in it changed since. */
export function trustShown(directory: Known, role: Trust): string {
  const unchanged = Object.entries(role.trustPins).every(
    ([arn, id]) => directory.userById(id)?.arn === arn || directory.roleById(id)?.arn === arn,
  );
  return unchanged ? role.trust : JSON.stringify(trustInForce(directory, role));
}

type Statement = Readonly<Record<string, unknown>>;

function statementsOf(document: PolicyDocument): readonly Statement[] {
  const { Statement: found } = document;
  return (Array.isArray(found) ? found : [found]) as readonly Statement[];
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}

function trustComplaints(document: unknown): string[] {
  if (typeof document !== 'object' || document === null) return [];
  return listOf((document as PolicyDocument)['Statement']).flatMap((item) => {
    if (typeof item !== 'object' || item === null) return [];
    const statement = item as Statement;
    const actions = listOf(statement['Action'] ?? statement['NotAction']);
    return [
      ...('Resource' in statement || 'NotResource' in statement ? ['Has prohibited field Resource'] : []),
      ...('NotPrincipal' in statement ? ['AssumeRole policy must not contain NotPrincipal'] : []),
      ...(actions.every((action) => typeof action === 'string' && /^sts:/i.test(action))
        ? []
        : ['AssumeRole policy may only specify STS AssumeRole actions.']),
    ];
  });
}

function awsPrincipals(document: PolicyDocument): string[] {
  return statementsOf(document).flatMap(({ Principal: principal }) =>
    typeof principal === 'object' && principal !== null
      ? listOf((principal as Statement)['AWS']).filter((name) => typeof name === 'string')
      : [],
  );
}

/** Undefined for what is not pinned: accounts, sessions, and whoever belongs to another account. Throws when there is no such user or role here. */
function pinOf(directory: Known, accountId: string, name: string): string | undefined {
  const match = /^arn:aws:iam::(\d{12}):(user|role)\/./.exec(name);
  if (match === null || match[1] !== accountId) return undefined;
  const found = match[2] === 'user' ? directory.userByArn(name) : directory.roleByArn(name);
  if (found === undefined) throw malformed(`Invalid principal in policy: "AWS":"${name}"`);
  return found.id;
}

function rename(statement: Statement, now: (name: string) => string): Statement {
  const principal = statement['Principal'];
  if (typeof principal !== 'object' || principal === null || !('AWS' in principal)) return statement;
  const names = listOf(principal.AWS).map((name) => (typeof name === 'string' ? now(name) : name));
  return { ...statement, Principal: { ...principal, AWS: names.length === 1 ? names[0] : names } };
}
