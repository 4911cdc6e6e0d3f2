import type { PolicyDocument } from '../operation.ts';
import { compileConditions, type Condition } from './conditions.ts';
import { compilePattern, type Pattern } from './pattern.ts';

export type Statement = {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: Element;
  /** Undefined: any (resource policies may leave it out). */
  readonly resources: Element | undefined;
  readonly principals: PrincipalElement | undefined;
  readonly conditions: readonly Condition[];
};

export type Element = { readonly not: boolean; readonly patterns: readonly Pattern[] };

export type PrincipalElement = {
  readonly not: boolean;
  readonly everybody: boolean;
  readonly aws: readonly string[];
  readonly services: readonly string[];
};

const compiled = new WeakMap<PolicyDocument, readonly Statement[]>();

/** Compiled once per document object; documents must not be changed after their first use. What cannot be read of a statement makes it a Deny of nothing and an Allow of nothing. */
export function compilePolicy(document: PolicyDocument): readonly Statement[] {
  const known = compiled.get(document);
  if (known !== undefined) return known;
  const variables = document['Version'] === '2012-10-17';
  const statements = listOf(document['Statement']).flatMap((item) => compileStatement(item, variables));
  compiled.set(document, statements);
  return statements;
}

function compileStatement(item: unknown, variables: boolean): Statement[] {
  if (typeof item !== 'object' || item === null) return [];
  const statement = item as Record<string, unknown>;
  const effect = statement['Effect'];
  const actions = elementOf(statement, 'Action', (text) =>
    compilePattern(text.toLowerCase(), { variables: false, wildcards: true }),
  );
  if ((effect !== 'Allow' && effect !== 'Deny') || actions === undefined) return [];
  const resources = elementOf(statement, 'Resource', (text) =>
    compilePattern(text, { variables, wildcards: true }),
  );
  const principals = principalsOf(statement);
  return [
    {
      effect,
      actions,
      resources,
      principals,
      conditions: compileConditions(statement['Condition'], variables),
    },
  ];
}

function elementOf(
  statement: Record<string, unknown>,
  name: string,
  compile: (text: string) => Pattern,
): Element | undefined {
  const plain = statement[name];
  const inverted = statement[`Not${name}`];
  if (plain === undefined && inverted === undefined) return undefined;
  const texts = listOf(plain ?? inverted).filter((text) => typeof text === 'string');
  return { not: plain === undefined, patterns: texts.map(compile) };
}

function principalsOf(statement: Record<string, unknown>): PrincipalElement | undefined {
  const plain = statement['Principal'];
  const value = plain ?? statement['NotPrincipal'];
  if (value === undefined) return undefined;
  const byKind = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  const aws = strings(byKind['AWS']);
  return {
    not: plain === undefined,
    everybody: value === '*' || aws.includes('*'),
    aws,
    services: strings(byKind['Service']),
  };
}

function strings(value: unknown): string[] {
  return listOf(value).filter((text) => typeof text === 'string');
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}
