import { isoSeconds } from '../base/clock.ts';
import type { CapturedCall, CapturedRequest, IncomingCall } from '../capture/captured-call.ts';
import { userIdentityOf, type Caller } from './identify/caller.ts';
import type { Failure } from './members/failure.ts';
import { cutText } from './members/sizes.ts';
import type { Plan } from './plan.ts';
import { recordResources } from './resources/record-resources.ts';
import { s3Additions } from './s3-additions.ts';

type Json = Record<string, unknown>;

/** The order of keys in real records. */
const KEY_ORDER = [
  'eventVersion',
  'userIdentity',
  'eventTime',
  'eventSource',
  'eventName',
  'awsRegion',
  'sourceIPAddress',
  'userAgent',
  'errorCode',
  'errorMessage',
  'requestParameters',
  'responseElements',
  'additionalEventData',
  'requestID',
  'eventID',
  'readOnly',
  'resources',
  'eventType',
  'apiVersion',
  'managementEvent',
  'recipientAccountId',
  'sharedEventID',
  'serviceEventDetails',
  'vpcEndpointId',
  'eventCategory',
  'tlsDetails',
  'sessionCredentialFromConsole',
] as const;

/** Their calls are recorded in us-east-1 wherever the client is: cloudtrail-core, and https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-concepts.html#cloudtrail-concepts-global-service-events */
const GLOBAL: ReadonlySet<string> = new Set([
  'iam',
  'cloudfront',
  'route53',
  'organizations',
  'shield',
  'globalaccelerator',
]);
const STS_GLOBAL_HOST = 'sts.amazonaws.com';

export type Facts = {
  readonly call: IncomingCall &
    Partial<
      Pick<
        CapturedCall,
        'completedAt' | 'response' | 'outcome' | 'failure' | 'overrides' | 'servedBy' | 'caller'
      >
    >;
  readonly plan: Plan;
  readonly caller: Caller;
  readonly failure: Failure | undefined;
  readonly defaultAccount: string;
  /** Added to additionalEventData. */
  readonly additions: Readonly<Record<string, unknown>> | undefined;
};

/**
 * A CloudTrail record, version 1.11, as a plain object in the key order of real records; absent members are undefined.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
export function buildRecord(facts: Facts): Json {
  const { call, plan, caller, failure } = facts;
  const { named, request, response } = call;
  const { parameters, unavailable } =
    call.request.body === undefined && call.outcome === undefined
      ? INTENT_PARAMETERS
      : plan.parameters(request);
  const elements =
    response === undefined || failure !== undefined || response.status >= 300 || call.outcome === 'aborted'
      ? null
      : plan.elements(response);
  const account = accountOf(facts);
  const region = regionOf(call);
  const userAgent = request.headers['user-agent'];
  const record: Json = {
    eventVersion: '1.11',
    userIdentity: userIdentityOf(caller.identity),
    eventTime: isoSeconds(call.completedAt ?? call.startedAt),
    eventSource: named.eventSource,
    eventName: plan.eventName,
    awsRegion: region,
    sourceIPAddress: call.sourceIp,
    userAgent:
      userAgent === undefined ? undefined : cutText(named.service === 's3' ? `[${userAgent}]` : userAgent),
    errorCode: failure === undefined ? undefined : cutText(plan.errorCode(failure.errorCode)),
    errorMessage:
      failure?.errorMessage === undefined
        ? undefined
        : cutText(plan.hideEchoes(failure.errorMessage, request, parameters)),
    requestParameters: parameters,
    responseElements: elements,
    additionalEventData: additionsOf(facts, unavailable),
    requestID: requestIdOf(facts, elements),
    eventID: call.eventId,
    readOnly: plan.readOnly,
    resources: resourcesOf(facts, { region, account, parameters, elements }),
    eventType: 'AwsApiCall',
    apiVersion: apiVersionOf(facts),
    managementEvent: plan.category === 'Management',
    recipientAccountId: account,
    eventCategory: plan.category,
    tlsDetails: tlsDetailsOf(call, request),
    sessionCredentialFromConsole: caller.identity.fromConsole === true ? 'true' : undefined,
  };
  return call.overrides === undefined ? record : override(record, call.overrides);
}

const NOTHING: Json = {};

type Known = {
  readonly region: string;
  readonly account: string;
  readonly parameters: Json | null;
  readonly elements: Json | null;
};

/** A bucket that does not exist is nobody's resource: real records of such calls have none. */
function resourcesOf(facts: Facts, { region, account, parameters, elements }: Known): unknown {
  const { plan, call, failure } = facts;
  if (failure?.errorCode === 'NoSuchBucket' && plan.category === 'Management') return undefined;
  return recordResources(call.named.service, {
    operation: call.named.operation,
    dataType: plan.dataType,
    region,
    account,
    parameters: parameters ?? NOTHING,
    elements: elements ?? answerOf(facts) ?? NOTHING,
  });
}

/** What an answer says that the record does not show, to name the resources by: which key decrypted something. */
function answerOf({ plan, call: { response }, failure }: Facts): Json | null {
  if (plan.answer === undefined || response === undefined || failure !== undefined) return null;
  return response.status >= 300 ? null : plan.answer(response);
}

/** An intent is written before its body is read. */
const INTENT_PARAMETERS = { parameters: null, unavailable: 'the call was not yet received whole' };

function override(record: Json, overrides: Readonly<Record<string, unknown>>): Json {
  const merged: Json = { ...record, ...overrides };
  const ordered: Json = {};
  for (const key of KEY_ORDER) {
    if (merged[key] !== undefined) ordered[key] = merged[key];
    delete merged[key];
  }
  return { ...ordered, ...merged };
}

function accountOf({ caller, defaultAccount }: Facts): string {
  const account = caller.identity.accountId;
  return account !== undefined && /^\d{12}$/.test(account) ? account : defaultAccount;
}

function regionOf({ named, request }: Facts['call']): string {
  if (GLOBAL.has(named.service)) return 'us-east-1';
  return named.service === 'sts' && request.headers['host'] === STS_GLOBAL_HOST ? 'us-east-1' : named.region;
}

/** Two generations of load balancers share a name; the caller says which is meant. */
function apiVersionOf({ plan, call: { named, request } }: Facts): string | undefined {
  if (named.service !== 'elasticloadbalancing' || request.body === undefined) return plan.apiVersion;
  const start = Buffer.from(request.body.subarray(0, 4096)).toString('latin1');
  return /(?:^|&)Version=(\d{4}-\d\d-\d\d)(?:&|$)/.exec(start)?.[1] ?? plan.apiVersion;
}

function additionsOf(facts: Facts, unavailable: string | undefined): Json | undefined {
  const { call, caller, additions } = facts;
  const data: Json = call.named.service === 's3' ? s3Additions(call) : {};
  if (unavailable !== undefined) data['requestParametersUnavailable'] = unavailable;
  if (caller.claimedAccessKeyId !== undefined) data['claimedAccessKeyId'] = caller.claimedAccessKeyId;
  if (call.outcome === 'aborted') {
    data['outcome'] = 'aborted';
    data['reason'] = cutText(call.failure ?? 'the client went away before the answer was whole');
  }
  if (additions !== undefined) Object.assign(data, additions);
  for (const _key in data) return data;
  return undefined;
}

function requestIdOf({ call, failure }: Facts, elements: Json | null): string | undefined {
  const { response } = call;
  if (response === undefined) return undefined;
  const { headers } = response;
  const id =
    headers['x-amzn-requestid'] ??
    headers['x-amz-request-id'] ??
    headers['x-amzn-request-id'] ??
    idIn(elements) ??
    idInBody(response.body, failure);
  return id === undefined ? undefined : cutText(id);
}

function idIn(elements: Json | null): string | undefined {
  const id = elements?.['requestId'];
  return typeof id === 'string' ? id : undefined;
}

/** EC2 and the query services write it at the end or the beginning of their XML. */
function idInBody(body: Uint8Array | undefined, _failure: Failure | undefined): string | undefined {
  if (body === undefined || body[0] !== 0x3c) return undefined;
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1');
  const at = Math.max(
    text.lastIndexOf('<RequestId>') + 11,
    text.lastIndexOf('<requestId>') + 11,
    text.lastIndexOf('<RequestID>') + 11,
  );
  if (at < 12) return undefined;
  const end = text.indexOf('<', at);
  return end < 0 || end - at > 200 ? undefined : text.slice(at, end);
}

function tlsDetailsOf({ tls }: Facts['call'], request: CapturedRequest): Json | undefined {
  if (tls === undefined) return undefined;
  return {
    tlsVersion: tls.version,
    cipherSuite: tls.cipher,
    clientProvidedHostHeader: request.headers['host'],
  };
}
