import { hostname } from 'node:os';

import type { Config } from '../config.ts';

/** Where others reach the endpoint; known for certain once it listens. */
export type OwnAddress = {
  readonly url: () => string;
  /** Whether the URL leads here: by the address that others know, or by a name of this machine and the port that is listened on. */
  readonly isOwn: (url: URL) => boolean;
  readonly listensOn: (url: string) => void;
};

export function createOwnAddress({
  public_url: configured,
  listen,
}: Pick<Config, 'public_url' | 'listen'>): OwnAddress {
  let url = configured ?? `http://${listen}`;
  let listening = new URL(`http://${listen}`);
  return {
    url: () => url,
    isOwn: (asked) => asked.origin === new URL(url).origin || isSamePort(asked, listening),
    listensOn: (found) => {
      listening = new URL(found);
      // Nobody can go to "any address": this machine's name is the best there is.
      url = configured ?? found.replace(/\/\/(0\.0\.0\.0|\[::\])(?=:)/, `//${hostname()}`);
    },
  };
}

function isSamePort(asked: URL, listening: URL): boolean {
  const here = /^(localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[::1?\]|\[::ffff:7f[\da-f:]*\])$/;
  const isHere = here.test(asked.hostname) || [hostname(), listening.hostname].includes(asked.hostname);
  return isHere && portOf(asked) === portOf(listening);
}

function portOf({ port, protocol }: URL): string {
  return port === '' ? (protocol === 'https:' ? '443' : '80') : port;
}
