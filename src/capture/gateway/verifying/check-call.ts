import { createHash } from 'node:crypto';

import { AwsError } from '../../../aws/errors.ts';
import type { Principal } from '../../../aws/operation.ts';
import { verifyRequest, type Verified } from '../../../aws/sigv4/verify-request.ts';
import type { Clock } from '../../../base/clock.ts';
import type { CallerIdentity } from '../../captured-call.ts';
import type { ForwardedCall, Verifying } from '../contract.ts';
import { askPolicies } from './ask-policies.ts';
import type { CheckedCall } from './checked-call.ts';
import { bytesOf, lengthOf, planBody } from './outgoing-body.ts';
import { signForUpstream } from './sign-for-upstream.ts';

export type CheckDeps = Verifying & { readonly clock: Clock };

export type Checked = { readonly call: CheckedCall; readonly refusal: AwsError | undefined };

/** Bodies of services other than S3 are read before their signature can be verified, since their hash is part of it. */
const BODY_LIMIT = 16 * 1024 * 1024;

/**
 * Verifies who calls, asks the policies, and signs for the upstream. A refusal carries the caller where the signature was right. Rejects
 * only for mistakes of ours.
 */
export async function checkCall(deps: CheckDeps, call: ForwardedCall): Promise<Checked> {
  let checked: CheckedCall = call;
  try {
    const read = await readForSignature(deps, call);
    checked = read.call;
    const { named, request } = call.incoming;
    const { service, protocol } = named;
    const verified = await verifyRequest(deps, { ...request, service, protocol, bodyHash: read.bodyHash });
    checked = { ...checked, caller: callerOf(verified.principal, verified) };
    const now = deps.clock.now();
    await askPolicies(verified.principal, call.incoming, now);
    const plan = planBody(checked, verified, read.bodyHash !== undefined);
    const outgoing = signForUpstream({ ...deps, now }, checked, { plan, region: verified.region });
    return { call: { ...checked, outgoing }, refusal: undefined };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { call: checked, refusal: error };
  }
}

type Read = { readonly call: ForwardedCall; readonly bodyHash: string | undefined };

/** S3 signs what the caller says of its body; so does who says it of a body too long to read. */
async function readForSignature({ credentials }: CheckDeps, call: ForwardedCall): Promise<Read> {
  const { named, request } = call.incoming;
  const length = lengthOf(call.req);
  if (length === 0) return { call, bodyHash: EMPTY_HASH };
  const isForeign = named.accessKeyId === undefined || !credentials.issued(named.accessKeyId);
  // Refused before its body matters.
  if (named.service === 's3' || isForeign) return { call, bodyHash: undefined };
  if (length > BODY_LIMIT && length !== Infinity) {
    if (request.headers['x-amz-content-sha256'] !== undefined) return { call, bodyHash: undefined };
    throw tooLarge();
  }
  const body = await readWhole(call);
  return { call: { ...call, bodyStart: [body] }, bodyHash: sha256(body) };
}

async function readWhole(call: ForwardedCall): Promise<Buffer> {
  const { req, res, bodyStart } = call;
  if (req.headers.expect !== undefined && bodyStart.length === 0) res.writeContinue();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of bytesOf(call)) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > BODY_LIMIT) throw tooLarge();
  }
  return Buffer.concat(chunks, bytes);
}

/** As the record shows it. */
function callerOf(principal: Principal, { accessKeyId }: Verified): CallerIdentity {
  const { type, principalId, arn, accountId, userName, sessionContext, fromConsole } = principal;
  return { type, principalId, arn, accountId, accessKeyId, userName, sessionContext, fromConsole };
}

function tooLarge(): AwsError {
  const message = `The request body exceeds the maximum of ${BODY_LIMIT} bytes for a body whose hash is not given.`;
  return new AwsError('RequestTooLarge', message, { status: 413 });
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

const EMPTY_HASH = sha256(new Uint8Array(0));
