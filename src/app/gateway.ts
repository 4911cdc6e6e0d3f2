import type { CredentialSource } from '../aws/credentials.ts';
import type { SigningKeys } from '../aws/sigv4/signing-key.ts';
import type { Clock } from '../base/clock.ts';
import { createGateway, type Gateway } from '../capture/gateway/create-gateway.ts';
import type { CaptureSink } from '../capture/captured-call.ts';
import type { Config } from '../config.ts';
import type { Closing } from './closing.ts';
import { upstreamTls } from './tls.ts';
import { upstreamKey } from './upstream-key.ts';

export type GatewayParts = {
  readonly config: Config;
  readonly sink: CaptureSink;
  readonly credentials: CredentialSource;
  readonly signingKeys: SigningKeys;
  readonly clock: Clock;
  readonly closing: Closing;
};

/** The way to the upstreams, transparent or verifying. */
export async function openGateway(parts: GatewayParts): Promise<Gateway> {
  const { config, sink, credentials, signingKeys, clock } = parts;
  const isVerifying = config.forwarding === 'verifying';
  const gateway = createGateway({
    sink,
    clock,
    upstreamTimeout: config.upstream_timeout,
    tls: upstreamTls(config),
    verifying: isVerifying ? { credentials, signingKeys, upstreamKey: await upstreamKey(config) } : undefined,
  });
  parts.closing.add('gateway', () => gateway.stop());
  return gateway;
}
