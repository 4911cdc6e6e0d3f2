import { functionNotFound, invalidParameter } from './lambda-errors.ts';

/** Where a function is, as its ARN says. */
export type FunctionName = {
  readonly region: string;
  readonly account: string;
  readonly name: string;
  readonly qualifier: string | undefined;
};

const FORM =
  /^(?:arn:aws[a-zA-Z-]*:lambda:([a-z]{2}(?:-[a-z]+)+-\d):)?(?:(\d{12}):)?(?:function:)?([a-zA-Z0-9-_]{1,64})(?::(\$LATEST|[a-zA-Z0-9-_]+))?$/;

export function functionArn({ region, account, name }: Omit<FunctionName, 'qualifier'>): string {
  return `arn:aws:lambda:${region}:${account}:function:${name}`;
}

/**
 * `name`, `account:function:name` or an ARN, each with or without a qualifier at its end; what it does not say is the caller's. Undefined for
 * what is none of these. https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_RequestParameters
 */
export function parseFunctionName(
  text: unknown,
  caller: { readonly region: string; readonly account: string },
): FunctionName | undefined {
  const [, region, account, name, qualifier] = FORM.exec(typeof text === 'string' ? text : '') ?? [];
  if (name === undefined) return undefined;
  return { region: region ?? caller.region, account: account ?? caller.account, name, qualifier };
}

/** Functions have one version here. Throws ResourceNotFoundException for any other, InvalidParameterValueException where two are named. */
export function checkQualifier(at: FunctionName, qualifier: string | undefined): void {
  if (qualifier !== undefined && at.qualifier !== undefined && qualifier !== at.qualifier)
    throw invalidParameter(
      `The derived qualifier from the function name does not match the specified qualifier ${qualifier}.`,
    );
  const asked = qualifier ?? at.qualifier;
  if (asked !== undefined && asked !== '$LATEST') throw functionNotFound(`${functionArn(at)}:${asked}`);
}
