import { AwsError } from '../../../aws/errors.ts';
import type { CallContext } from '../../../aws/operation.ts';

/** What of Lake has tags and resource policies, as ARNs name it. */
export type LakeResourceKind = 'eventdatastore' | 'channel' | 'dashboard';

export type LakeResource = { readonly arn: string; readonly account: string };

/** Finds resources of a kind by ARN. Throws what the kind throws where there is none for the caller (`EventDataStoreNotFoundException`, `ChannelNotFoundException`). */
export type FindResource = (
  arn: string,
  caller: Pick<CallContext, 'accountId' | 'region'>,
) => Promise<LakeResource>;

/** Each kind that is built. */
export type LakeResources = Readonly<Partial<Record<LakeResourceKind, FindResource>>>;

const ARN =
  /^arn:aws[a-z-]*:cloudtrail:[a-z0-9-]+:(\d{12}):(eventdatastore|channel|dashboard)\/([A-Za-z0-9._-]{1,128})$/;

/** Undefined for what is none of Lake's. */
export function lakeArn(
  arn: string,
): { readonly account: string; readonly kind: LakeResourceKind } | undefined {
  const match = ARN.exec(arn);
  const [, account, kind] = match ?? [];
  return account === undefined ? undefined : { account, kind: kind as LakeResourceKind };
}

/** Throws ResourceNotFoundException for kinds that are not built, else what the kind throws. */
export function findResource(
  resources: LakeResources,
  arn: string,
  caller: Pick<CallContext, 'accountId' | 'region'>,
): Promise<LakeResource> {
  const kind = lakeArn(arn)?.kind;
  const find = kind && resources[kind];
  if (find === undefined) throw unknownResource(arn);
  return find(arn, caller);
}

export function unknownResource(arn: string): AwsError {
  return new AwsError('ResourceNotFoundException', `Unknown resource: ${arn.slice(0, 200)}`);
}
