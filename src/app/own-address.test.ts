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
