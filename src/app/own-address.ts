import { hostname } from 'node:os';

import type { Config } from '../config.ts';

/** Where others reach the endpoint; known for certain once it listens. */
export type OwnAddress = {
  readonly url: () => string;
  readonly listensOn: (url: string) => void;
};

export function createOwnAddress({
  public_url: configured,
  listen,
}: Pick<Config, 'public_url' | 'listen'>): OwnAddress {
  let url = configured ?? `http://${listen}`;
  return {
    url: () => url,
    listensOn: (found) => {
      // Nobody can go to "any address": this machine's name is the best there is.
      url = configured ?? found.replace(/\/\/(0\.0\.0\.0|\[::\])(?=:)/, `//${hostname()}`);
    },
  };
}
