import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';

import { createLambdaFunctions } from '../aws/lambda-functions.ts';
import type { FunctionPort } from '../aws/ports.ts';
import type { Clock } from '../base/clock.ts';
import { OpentrailError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { Config } from '../config.ts';
import { openEmbeddedLambda, type EmbeddedLambda } from '../embedded/lambda/index.ts';
import type { Closing } from './closing.ts';
import { elsewhere, type ElsewhereDeps } from './elsewhere.ts';
import type { Store } from './store.ts';

export type FunctionsDeps = {
  readonly config: Config;
  readonly store: Pick<Store, 'settings'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly closing: Closing;
};

/** The functions of the operator's folder; undefined where none is named. Throws BAD_CONFIG. */
export async function openFunctions({
  config,
  store,
  clock,
  log,
  closing,
}: FunctionsDeps): Promise<EmbeddedLambda | undefined> {
  if (config.functions === undefined) return undefined;
  const folder = resolve(config.functions);
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory() !== true) throw badConfig(`${folder} is not a folder`);
  const lambda = openEmbeddedLambda({
    settings: store.settings,
    folder,
    where: { account: config.account_id, region: config.region },
    concurrency: config.functions_concurrency,
    clock,
    log,
  });
  const complaints = await lambda.complaints();
  if (complaints.length > 0) throw badConfig(complaints.join('\n  OPENTRAIL_FUNCTIONS: '));
  closing.add('functions', () => lambda.stop());
  return lambda;
}

function badConfig(complaint: string): OpentrailError {
  return new OpentrailError('BAD_CONFIG', `configuration:\n  OPENTRAIL_FUNCTIONS: ${complaint}`);
}

/** Where events are handed to functions: the Lambda that was named, else where lambda is served; undefined where nobody serves it. */
export async function functionPortOf(
  deps: ElsewhereDeps & { readonly clock: Clock },
  lambda: EmbeddedLambda | undefined,
): Promise<FunctionPort | undefined> {
  const there = await elsewhere('lambda', deps);
  return there === undefined ? lambda?.functions : createLambdaFunctions({ ...there, clock: deps.clock });
}
