import { BlockList, isIP } from 'node:net';
import type { IncomingMessage } from 'node:http';

import { OpentrailError } from '../base/errors.ts';

export type SourceIp = (req: IncomingMessage) => string;

/**
 * The caller's address: the socket's, or, behind trusted proxies (addresses or CIDR blocks), the last address in X-Forwarded-For that
 * is not one of them. IPv4 in IPv6 clothes is shown as IPv4. Throws BAD_CONFIG for what is neither.
 */
export function createSourceIp(trustedProxies: readonly string[]): SourceIp {
  const trusted = new BlockList();
  for (const proxy of trustedProxies) addProxy(trusted, proxy);
  const isTrusted = (address: string) => trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  return (req) => {
    const direct = plainAddress(req.socket.remoteAddress ?? '');
    const forwarded = trustedProxies.length === 0 ? undefined : req.headers['x-forwarded-for'];
    if (forwarded === undefined || isIP(direct) === 0 || !isTrusted(direct)) return direct;
    const chain = (Array.isArray(forwarded) ? forwarded.join(',') : forwarded).split(',');
    let client = direct;
    for (let i = chain.length - 1; i >= 0; i--) {
      const hop = withoutPort(chain[i]?.trim() ?? '');
      if (isIP(hop) === 0) break;
      client = hop;
      if (!isTrusted(hop)) break;
    }
    return client;
  };
}

function addProxy(trusted: BlockList, proxy: string): void {
  const [address = '', prefix] = proxy.split('/');
  const family = isIP(address);
  if (family === 0) throw badProxy(proxy);
  const kind = family === 6 ? 'ipv6' : 'ipv4';
  if (prefix === undefined) {
    trusted.addAddress(address, kind);
    return;
  }
  const bits = Number(prefix);
  if (!/^\d{1,3}$/.test(prefix) || bits > (family === 6 ? 128 : 32)) throw badProxy(proxy);
  trusted.addSubnet(address, bits, kind);
}

function badProxy(proxy: string): OpentrailError {
  return new OpentrailError(
    'BAD_CONFIG',
    `OPENTRAIL_TRUSTED_PROXIES: "${proxy}" is neither an address nor a CIDR block`,
  );
}

function withoutPort(hop: string): string {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(hop);
  if (bracketed?.[1] !== undefined) return plainAddress(bracketed[1]);
  const dotted = /^([\d.]+):\d+$/.exec(hop);
  return plainAddress(dotted?.[1] ?? hop);
}

function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}
