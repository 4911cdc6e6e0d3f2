import { describe, expect, it } from 'vitest';

import { isAddressRule, publicOr } from './private-address.ts';

describe('addresses that others choose', () => {
  it.each([
    ['8.8.8.8', true],
    ['2606:4700::1111', true],
    ['127.0.0.1', false],
    ['10.1.2.3', false],
    ['172.31.0.1', false],
    ['192.168.1.1', false],
    ['169.254.169.254', false],
    ['100.64.0.1', false],
    ['0.0.0.0', false],
    ['224.0.0.1', false],
    ['255.255.255.255', false],
    ['::1', false],
    ['::', false],
    ['fe80::1', false],
    ['fd00:ec2::254', false],
    ['::ffff:127.0.0.1', false],
    ['::ffff:8.8.8.8', true],
    ['64:ff9b::7f00:1', false],
    ['2002:7f00:1::', false],
    ['localhost', false],
    ['', false],
  ])('%s: %s', (address, goes) => {
    expect(publicOr([])(address)).toBe(goes);
  });

  it('may be opened one by one, by block, or all', () => {
    const some = publicOr(['127.0.0.1', '10.0.0.0/8', 'fd00::/8']);
    expect(['127.0.0.1', '10.9.9.9', 'fd00::1', '::ffff:10.0.0.1'].map(some)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(['127.0.0.2', '11.0.0.1', '169.254.169.254', 'fe80::1'].map(some)).toEqual([
      false,
      true,
      false,
      false,
    ]);
    expect(['127.0.0.1', '169.254.169.254', '::1'].map(publicOr(['private']))).toEqual([true, true, true]);
  });

  it.each([
    ['10.0.0.0/8', true],
    ['::1', true],
    ['private', true],
    ['10.0.0.0/33', false],
    ['10', false],
    ['example.com', false],
  ])('are told by rules: %s %s', (text, valid) => {
    expect(isAddressRule(text)).toBe(valid);
  });
});
