import { accountOfArn } from '../../aws/arn.ts';
import { OpentrailError } from '../../base/errors.ts';
import type { CoverageOptions, KnownTrail } from '../../use/trails/coverage/contract.ts';
import { serverAccess } from '../client.ts';
import { cloudtrailCall, type ServerAccess } from '../server-request.ts';
import { deliveredFiles, deliveredElsewhere } from '../verify/delivered.ts';
import type { VerifyCommandOptions } from '../verify/options.ts';
import { findTarget, type Target, type TrailAnswer } from '../verify/target.ts';

export type CoverageCommandOptions = VerifyCommandOptions & { readonly trail?: string };

export type CoverageTarget = {
  readonly scope: Pick<CoverageOptions, 'source' | 'folders' | 'account' | 'trail' | 'known' | 'deliveredBy'>;
  readonly close: Target['close'];
};

/** What is looked at: the source that was named, else every trail of the server. Throws BAD_ARGUMENT. */
export async function* coverageTargets(
  what: string | undefined,
  options: CoverageCommandOptions,
): AsyncGenerator<CoverageTarget> {
  if (what !== undefined) {
    yield await oneTarget(what, options);
    return;
  }
  const names = options.trail === undefined ? await allTrails(options) : [options.trail];
  if (names.length === 0)
    throw new OpentrailError('BAD_ARGUMENT', 'the server has no trail; name a folder or s3://BUCKET');
  for (const name of names) yield await oneTarget(name, options);
}

async function oneTarget(what: string, options: CoverageCommandOptions): Promise<CoverageTarget> {
  const { source, scope, close } = await findTarget(what, options);
  if (scope.server === undefined || scope.answer === undefined) {
    const only = options.trail === undefined ? scope.trail : trailNamed(options.trail);
    const others = scope.deliveredBy === undefined ? {} : { deliveredBy: scope.deliveredBy };
    return { scope: { source, folders: scope.folders, trail: only, ...others }, close };
  }
  const known = await knownTrail(scope.server, scope.answer);
  const { folders, account, trail } = scope;
  const deliveredBy = deliveredElsewhere(scope.server);
  return { scope: { source, folders, account, trail, known, deliveredBy }, close };
}

async function allTrails(options: CoverageCommandOptions): Promise<readonly string[]> {
  const server = await serverAccess(options);
  const { Trails } = await cloudtrailCall<{ Trails: { TrailARN: string }[] }>(server, 'ListTrails', {});
  return Trails.map(({ TrailARN }) => TrailARN);
}

/** An ARN tells the home region too. */
function trailNamed(text: string): { readonly name: string; readonly homeRegion: string | undefined } {
  const match = /^arn:[^:]+:cloudtrail:([^:]+):\d*:trail\/(.+)$/.exec(text);
  return match === null
    ? { name: text, homeRegion: undefined }
    : { name: match[2] ?? '', homeRegion: match[1] };
}

type Status = {
  readonly IsLogging: boolean;
  readonly LatestDigestDeliveryTime?: number;
  readonly StartLoggingTime?: number;
  readonly StopLoggingTime?: number;
};

async function knownTrail(server: ServerAccess, trail: TrailAnswer): Promise<KnownTrail> {
  const status = await cloudtrailCall<Status>(server, 'GetTrailStatus', { Name: trail.TrailARN });
  return {
    name: trail.Name,
    homeRegion: trail.HomeRegion,
    account: accountOfArn(trail.TrailARN),
    isValidated: trail.LogFileValidationEnabled,
    isLogging: status.IsLogging,
    lastDigestAt: status.LatestDigestDeliveryTime,
    startedAt: status.StartLoggingTime,
    stoppedAt: status.IsLogging ? undefined : status.StopLoggingTime,
    delivered: async function* ({ account, region }, { from, to }) {
      const asked = { AccountId: account, AwsRegion: region, StartTime: from, EndTime: to };
      for await (const file of deliveredFiles(server, trail.TrailARN, asked)) {
        if (file.bucket === trail.S3BucketName) yield file;
      }
    },
  };
}
