import { BlockList, isIP } from 'node:net';

import ipaddr from 'ipaddr.js';

/** Which addresses a request that others chose may go to. */
export type AddressRule = (address: string) => boolean;

/**
 * Public addresses, and those of `allowed`: addresses, CIDR blocks, or `private` for all of them. Everything else of the special-purpose
 * registries is refused: loopback, private, link-local (where clouds keep their metadata), shared, multicast, documentation, tunnels that
 * hide another address. https://www.iana.org/assignments/iana-ipv4-special-registry/
 */
export function publicOr(allowed: readonly string[]): AddressRule {
  if (allowed.includes('private')) return (address) => isIP(address) !== 0;
  const list = blockListOf(allowed);
  return (address) => {
    if (!ipaddr.isValid(address)) return false;
    // An IPv4 address in IPv6 clothes is what it is inside.
    const plain = ipaddr.process(address);
    return plain.range() === 'unicast' || list.check(plain.toString(), plain.kind());
  };
}

/** Whether a text is an address, a CIDR block, or `private`. */
export function isAddressRule(text: string): boolean {
  return text === 'private' || (ipaddr.isValid(text) && isIP(text) !== 0) || ipaddr.isValidCIDR(text);
}

function blockListOf(allowed: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of allowed) {
    const [address, bits] = ipaddr.parseCIDR(
      text.includes('/') ? text : `${text}/${isIP(text) === 6 ? 128 : 32}`,
    );
    list.addSubnet(address.toString(), bits, address.kind());
  }
  return list;
}
