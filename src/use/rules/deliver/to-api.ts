import { parseArn } from '../../../aws/arn.ts';
import type { RolePort } from '../../../aws/ports.ts';
import { noAuthorization } from '../connections.ts';
import { parseJsonPath, valueAt } from '../json-path.ts';
import type { ApiDestinationRow, RuleSettings } from '../settings.ts';
import type { TargetKind } from '../target-kinds.ts';
import type { ApiCaller, Authorization } from './api-call.ts';
import { shaped } from './message-shapes.ts';
import { DELIVERED, failed, type Failure, type Outcome } from './outcome.ts';
import type { Job } from './queue.ts';

type Deps = {
  readonly settings: RuleSettings;
  readonly api: ApiCaller;
  readonly roles: RolePort | undefined;
};
type Asked = {
  readonly kind: Extract<TargetKind, { kind: 'api' }>;
  readonly input: string;
  readonly end: AbortSignal;
};

/** As long as AWS waits. */
const TIMEOUT = 5000;
const AGAIN: ReadonlySet<number> = new Set([401, 407, 408, 409, 425, 429]);

/** Calls a webhook. Redirects are not followed. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html */
export async function toApi(deps: Deps, job: Job, { kind, input, end }: Asked): Promise<Outcome> {
  const destination = await destinationOf(deps, job, kind.name);
  if ('delivered' in destination) return destination;
  const { api } = deps;
  const isOpen = destination.connection_arn === noAuthorization(destination);
  const by = isOpen ? NOBODY : await api.authorize(destination.connection_arn);
  if ('delivered' in by) return by;
  const request = requestOf(destination, job, { by, body: shaped(kind.shape, job, input) });
  if ('delivered' in request) return request;
  if (api.isOwn(request.url))
    return failed('NO_PERMISSIONS', 'the endpoint is this server: a delivery would bring about the next', {
      permanent: true,
    });
  await api.turn(destination.arn, destination.rate, end);
  const { status, headers } = await api.outbound.send({
    ...request,
    signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT), end]),
  });
  if (status === 401 || status === 407) api.forget(destination.connection_arn);
  return outcomeOf(status, headers['retry-after']);
}

const NOBODY: Authorization = { headers: {}, http: {} };

function outcomeOf(status: number, retryAfter: string | undefined): Outcome {
  if (status >= 200 && status < 300) return DELIVERED;
  const seconds = retryAfter === undefined ? Number.NaN : Number(retryAfter);
  const isTemporary = (status >= 500 || AGAIN.has(status)) && !(seconds < 0);
  return failed(status === 429 ? 'THROTTLING' : 'ERROR_FROM_TARGET', `HTTP ${status}`, {
    permanent: !isTemporary,
    retryAfter: seconds > 0 ? seconds * 1000 : undefined,
  });
}

async function destinationOf(
  { settings, roles }: Deps,
  { rule, target }: Job,
  name: string,
): Promise<ApiDestinationRow | Failure> {
  const arn = parseArn(target.Arn);
  const row = await settings
    .selectFrom('event_api_destinations')
    .selectAll()
    .where('account', '=', arn?.account ?? '')
    .where('region', '=', arn?.region ?? '')
    .where('name', '=', name)
    .executeTakeFirst();
  const isMeant = arn?.service === 'opentrail' || row?.arn === target.Arn;
  if (row === undefined || !isMeant || row.account !== rule.account)
    return failed('NO_RESOURCE', `there is no API destination ${target.Arn}`, { permanent: true });
  if (target.RoleArn === undefined || roles === undefined) return row;
  const verdict = roles.checkServiceRole({
    roleArn: target.RoleArn,
    service: 'events.amazonaws.com',
    source: { arn: rule.arn, accountId: rule.account },
    actions: [{ action: 'events:InvokeApiDestination', resource: row.arn }],
  });
  if (verdict === 'allowed') return row;
  return failed(
    'FAILED_TO_ASSUME_ROLE',
    `${target.RoleArn} does not let events.amazonaws.com invoke ${row.arn}`,
    { permanent: true },
  );
}

/** The connection's parameters count more than the target's. Values of the target's may be paths into the event. */
function requestOf(
  destination: ApiDestinationRow,
  job: Job,
  { by, body }: { readonly by: Authorization; readonly body: string },
) {
  const {
    PathParameterValues = [],
    HeaderParameters = {},
    QueryStringParameters = {},
  } = job.target.HttpParameters ?? {};
  const event: unknown = JSON.parse(job.body);
  const paths = PathParameterValues.map((value) => encodeURIComponent(resolved(value, event)));
  let at = 0;
  const url = new URL(destination.endpoint.replaceAll('*', () => paths[at++] ?? ''));
  for (const [name, value] of Object.entries(QueryStringParameters))
    url.searchParams.set(name, resolved(value, event));
  for (const { Key, Value = '' } of by.http.QueryStringParameters ?? []) url.searchParams.set(Key, Value);
  const headers: Record<string, string> = {
    'content-type': 'application/json; charset=utf-8',
    'user-agent': 'Amazon/EventBridge/ApiDestinations',
  };
  for (const [name, value] of Object.entries(HeaderParameters))
    headers[name.toLowerCase()] = headerText(resolved(value, event));
  for (const { Key, Value = '' } of by.http.HeaderParameters ?? [])
    headers[Key.toLowerCase()] = headerText(Value);
  Object.assign(headers, by.headers);
  const whole = withMembers(body, by.http.BodyParameters ?? []);
  if (whole === undefined)
    return failed('INVALID_JSON', 'what the target makes of the event is no JSON', { permanent: true });
  const hasBody = destination.method !== 'GET' && destination.method !== 'HEAD';
  return { method: destination.method, url, headers, body: hasBody ? whole : undefined };
}

function resolved(value: string, event: unknown): string {
  const path = value.startsWith('$') ? parseJsonPath(value) : undefined;
  if (path === undefined) return value;
  const found = valueAt(event, path);
  return typeof found === 'string' ? found : found === undefined ? '' : JSON.stringify(found);
}

/** What of a text may stand in a header: texts of events are others'. */
function headerText(text: string): string {
  return text.replaceAll(/[^\t\x20-\x7e]+/g, ' ');
}

/** Undefined when it is no JSON, or no object that could have further members. */
function withMembers(
  body: string,
  members: readonly { readonly Key: string; readonly Value?: string | undefined }[],
): string | undefined {
  try {
    const value: unknown = JSON.parse(body);
    if (members.length === 0) return body;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return JSON.stringify({
      ...value,
      ...Object.fromEntries(members.map(({ Key, Value = '' }) => [Key, Value])),
    });
  } catch {
    return undefined;
  }
}
