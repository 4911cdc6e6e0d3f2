import { z } from 'zod';

import { messageOf } from '../../base/errors.ts';

/** `<name>/function.json`: what else there is to know about a function. */
export type FunctionSettings = z.output<typeof schema>;

/** Lambda sets these itself; NODE_OPTIONS would undo the limits of the process. https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
const RESERVED =
  /^(_HANDLER|_X_AMZN_TRACE_ID|AWS_(REGION|DEFAULT_REGION|EXECUTION_ENV)|(AWS_)?LAMBDA_.*|NODE_.*|TZ|LD_.*)$/;

const schema = z.strictObject({
  /** `handler`: the name that the file exports. */
  handler: z
    .string()
    .regex(/^[A-Za-z_$][\w$]*$/, 'must be the name of what the file exports')
    .default('handler'),
  description: z.string().max(256).default(''),
  /** Seconds. */
  timeout: z.number().int().min(1).max(900).default(3),
  /** MB. */
  memory: z.number().int().min(128).max(10_240).default(128),
  environment: z
    .record(z.string().regex(/^[a-zA-Z]([a-zA-Z0-9_])+$/, 'must begin with a letter'), z.string())
    .refine((environment) => !Object.keys(environment).some((name) => RESERVED.test(name)), {
      message: 'sets a variable that is reserved (AWS_REGION, AWS_LAMBDA_…, NODE_…)',
    })
    .default({}),
});

export const DEFAULTS: FunctionSettings = schema.parse({});

/** The settings, or what is wrong with them. */
export function readFunctionFile(text: string): FunctionSettings | { readonly complaint: string } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { complaint: `is not JSON: ${messageOf(error)}` };
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  return {
    complaint: parsed.error.issues
      .map((issue) =>
        issue.code === 'unrecognized_keys'
          ? `${issue.keys.join(', ')}: no such setting`
          : `${issue.path.join('.')}: ${issue.message}`,
      )
      .join('; '),
  };
}
