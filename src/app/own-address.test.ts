import { hostname } from 'node:os';

import { describe, expect, it } from 'vitest';

import { createOwnAddress } from './own-address.ts';

describe('where others reach the endpoint', () => {
  it.each([
    ['http://127.0.0.1:4680', undefined, 'http://127.0.0.1:4680'],
    ['https://10.0.0.5:4680', undefined, 'https://10.0.0.5:4680'],
    ['http://0.0.0.0:4680', undefined, `http://${hostname()}:4680`],
    ['http://[::]:4680', undefined, `http://${hostname()}:4680`],
    ['http://0.0.0.0:4680', 'https://audit.example', 'https://audit.example'],
  ])('listening on %s, told %s: %s', (listening, public_url, url) => {
    const address = createOwnAddress({ public_url, listen: '127.0.0.1:0' });
    address.listensOn(listening);
    expect(address.url()).toBe(url);
  });
});

it('knows itself by each of its names', () => {
  const address = createOwnAddress({ public_url: 'https://audit.example', listen: '0.0.0.0:0' });
  address.listensOn('http://0.0.0.0:4680');
  const own = [
    'https://audit.example/x',
    'http://127.0.0.1:4680/',
    'http://localhost:4680',
    'http://[::1]:4680',
  ];
  const others = ['https://other.example', 'http://127.0.0.1:4681', 'http://10.0.0.1:4680'];
  expect(own.filter((url) => address.isOwn(new URL(url)))).toEqual(own);
  expect(others.filter((url) => address.isOwn(new URL(url)))).toEqual([]);
});
