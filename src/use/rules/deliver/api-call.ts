import type { Logger } from '../../../base/log.ts';
import type { Outbound } from '../../../base/outbound.ts';
import { pause } from '../../../base/retry.ts';
import type { AuthParameters, HttpParameters } from '../connection-parameters.ts';
import type { ConnectionRow, RuleSettings } from '../settings.ts';
import { failed, type Failure } from './outcome.ts';

/** Seals and opens small secrets with the master key, bound to what they are for. */
export type Sealing = {
  readonly seal: (purpose: string, text: string) => string;
  readonly open: (purpose: string, sealed: string) => string | undefined;
};

export type ApiCallerDeps = {
  readonly settings: RuleSettings;
  readonly sealing: Pick<Sealing, 'open'>;
  /** Goes only where others may send us. */
  readonly outbound: Outbound;
  /** Whether the URL is this server's own: a delivery that is a call of ours would bring about the next. */
  readonly isOwn: (url: URL) => boolean;
  readonly clock: { readonly now: () => number };
  readonly log: Logger;
};

/** Headers, query and body members that a connection adds to every call. */
export type Authorization = {
  readonly headers: Readonly<Record<string, string>>;
  readonly http: HttpParameters;
};

/** Calls webhooks by their connections. */
export type ApiCaller = {
  readonly outbound: Outbound;
  readonly isOwn: (url: URL) => boolean;
  /** What the connection adds; a failure where it is gone, without secrets, or gets no token. */
  readonly authorize: (connectionArn: string) => Promise<Authorization | Failure>;
  /** Its token is refused, or its secrets are others now. */
  readonly forget: (connectionArn: string) => void;
  /** Asks for a first token and notes in the connection's state whether there is one. Never rejects. */
  readonly authorizeSoon: (row: ConnectionRow) => Promise<void>;
  /** Waits for one's turn, so that a destination gets no more calls a second than it takes. */
  readonly turn: (destinationArn: string, perSecond: number, signal: AbortSignal) => Promise<void>;
};

const TIMEOUT = 5000;
/** A token is asked for anew so long before it ends, ms. */
const MARGIN = 60_000;
const LIFETIME = 3_600_000;

type Token = { readonly header: string; readonly until: number };

export function createApiCaller(deps: ApiCallerDeps): ApiCaller {
  const { settings, sealing, outbound, clock } = deps;
  const tokens = new Map<string, Token>();
  const tokenOf = async (row: ConnectionRow, parameters: AuthParameters): Promise<string | Failure> => {
    const known = tokens.get(row.arn);
    if (known !== undefined && known.until > clock.now()) return known.header;
    const token = await askForToken(deps, parameters);
    if ('delivered' in token) return token;
    tokens.set(row.arn, token);
    return token.header;
  };
  const authorizationOf = async (row: ConnectionRow): Promise<Authorization | Failure> => {
    const text = sealing.open(row.arn, row.sealed);
    if (text === undefined)
      return failed('NO_PERMISSIONS', `the connection ${row.name} is not authorized`, { permanent: true });
    const parameters = JSON.parse(text) as AuthParameters;
    const http = parameters.InvocationHttpParameters ?? {};
    if (parameters.OAuthParameters === undefined) return { headers: staticHeaders(parameters), http };
    const token = await tokenOf(row, parameters);
    return typeof token === 'string' ? { headers: { authorization: token }, http } : token;
  };
  return {
    outbound,
    isOwn: deps.isOwn,
    authorize: async (arn) => {
      const row = await settings
        .selectFrom('event_connections')
        .selectAll()
        .where('arn', '=', arn)
        .executeTakeFirst();
      if (row !== undefined) return authorizationOf(row);
      return failed('NO_RESOURCE', `the connection ${arn} does not exist`, { permanent: true });
    },
    forget: (arn) => void tokens.delete(arn),
    authorizeSoon: async (row) => {
      if (row.state !== 'AUTHORIZING') return;
      const found = await authorizationOf(row).catch((error: unknown) =>
        failed('INTERNAL_ERROR', String(error)),
      );
      const state =
        'delivered' in found
          ? { state: 'DEAUTHORIZED', state_reason: found.reason.slice(0, 500) }
          : { state: 'AUTHORIZED', state_reason: null, authorized_at: clock.now() };
      await settings
        .updateTable('event_connections')
        .set(state)
        .where('arn', '=', row.arn)
        .where('modified_at', '=', row.modified_at)
        .execute()
        .catch((error: unknown) =>
          deps.log.error({ err: String(error) }, 'the state of a connection could not be noted'),
        );
    },
    turn: createTurns(),
  };
}

/** Calls evenly over each second. */
function createTurns(): ApiCaller['turn'] {
  const turns = new Map<string, number>();
  return async (arn, perSecond, signal) => {
    const now = performance.now();
    const at = Math.max(now, turns.get(arn) ?? 0);
    turns.set(arn, at + 1000 / perSecond);
    if (at > now) await pause(at - now, signal);
  };
}

function staticHeaders({
  BasicAuthParameters: basic,
  ApiKeyAuthParameters: key,
}: AuthParameters): Record<string, string> {
  if (basic !== undefined)
    return {
      authorization: `Basic ${Buffer.from(`${basic.Username}:${basic.Password}`).toString('base64')}`,
    };
  return key === undefined ? {} : { [key.ApiKeyName.toLowerCase()]: key.ApiKeyValue };
}

/** Client credentials: https://www.rfc-editor.org/rfc/rfc6749#section-4.4; the client by HTTP Basic, as every such server takes it. */
async function askForToken(
  { outbound, clock, isOwn }: ApiCallerDeps,
  { OAuthParameters: oauth }: AuthParameters,
): Promise<Token | Failure> {
  if (oauth === undefined) return failed('INTERNAL_ERROR', 'no OAuth parameters');
  const { ClientID, ClientSecret } = oauth.ClientParameters;
  const {
    HeaderParameters = [],
    QueryStringParameters = [],
    BodyParameters = [],
  } = oauth.OAuthHttpParameters ?? {};
  const url = new URL(oauth.AuthorizationEndpoint);
  if (isOwn(url))
    return failed('NO_PERMISSIONS', 'the authorization endpoint is this server', { permanent: true });
  for (const { Key, Value = '' } of QueryStringParameters) url.searchParams.set(Key, Value);
  const body = new URLSearchParams({ grant_type: 'client_credentials' });
  for (const { Key, Value = '' } of BodyParameters) body.set(Key, Value);
  const basic = [ClientID, ClientSecret].map(encodeURIComponent).join(':');
  const { status, body: answer } = await outbound.send({
    method: oauth.HttpMethod,
    url,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
      authorization: `Basic ${Buffer.from(basic).toString('base64')}`,
      ...Object.fromEntries(HeaderParameters.map(({ Key, Value = '' }) => [Key.toLowerCase(), Value])),
    },
    body: oauth.HttpMethod === 'GET' ? undefined : body.toString(),
    signal: AbortSignal.timeout(TIMEOUT),
  });
  const found = tokenIn(answer.toString('utf8'));
  if (status >= 300 || found === undefined)
    return failed('ERROR_FROM_TARGET', `the authorization endpoint gave no token: HTTP ${status}`, {
      permanent: status >= 300 && status < 500 && status !== 429,
    });
  const lifetime = found.seconds === undefined ? LIFETIME : found.seconds * 1000;
  return { header: `Bearer ${found.token}`, until: clock.now() + Math.max(0, lifetime - MARGIN) };
}

function tokenIn(text: string): { readonly token: string; readonly seconds: number | undefined } | undefined {
  try {
    const { access_token: token, expires_in: seconds } = JSON.parse(text) as Readonly<
      Record<string, unknown>
    >;
    if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) return undefined;
    return { token, seconds: Number(seconds) > 0 ? Number(seconds) : undefined };
  } catch {
    return undefined;
  }
}
