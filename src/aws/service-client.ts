import type { SigningCredentials } from './sigv4/sign-request.ts';

/** A service of another cloud, and as whom it is asked. */
export type ServiceEndpoint = {
  /** `http://HOST:PORT`. */
  readonly endpoint: string;
  readonly credentials: SigningCredentials;
  /** Milliseconds that an answer may take; default 30,000. */
  readonly timeout?: number | undefined;
};

/** What the SDK's client of any service is made with. */
export function clientOptions({ endpoint, credentials, timeout }: ServiceEndpoint, region: string) {
  return {
    endpoint,
    region,
    maxAttempts: 2,
    credentials: identityOf(credentials),
    requestHandler: handlerOptions(timeout),
  };
}

export function identityOf({ accessKeyId, secretAccessKey, sessionToken }: SigningCredentials) {
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}

export function handlerOptions(timeout = 30_000) {
  return { connectionTimeout: 5000, requestTimeout: timeout, throwOnRequestTimeout: true };
}

/** A client for each region, made when it is first asked for. */
export function byRegion<Client>(make: (region: string) => Client): (region: string) => Client {
  const clients = new Map<string, Client>();
  return (region) => {
    const client = clients.get(region) ?? make(region);
    clients.set(region, client);
    return client;
  };
}
