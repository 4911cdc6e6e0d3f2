import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** Password hashes: scrypt, `scrypt$<log2 N>$<r>$<p>$<salt>$<hash>` with base64 parts. RFC 7914. */
export type Passwords = {
  readonly hash: (password: string) => Promise<string>;
  /** Takes as long for an absent hash (no such user, no password) as for one that does not fit. Resolves `busy` when too many wait already. */
  readonly verify: (password: string, stored: string | undefined) => Promise<boolean | 'busy'>;
};

const LENGTH = 32;

/** Each check takes a thread and 32 MiB for about 0.1 s: two at a time, so that sign-ins cannot hold up the journal's writes; at most `queue` wait. */
export function createPasswords({ concurrency = 2, queue = 50, log2N = 15 } = {}): Passwords {
  const cost = { log2N, r: 8, p: 1 };
  const gate = createGate(concurrency);
  return {
    hash: (password) =>
      gate.run(async () => {
        const salt = randomBytes(16);
        const hash = await derive(password, salt, cost);
        return `scrypt$${cost.log2N}$${cost.r}$${cost.p}$${salt.toString('base64')}$${hash.toString('base64')}`;
      }),
    verify: async (password, stored) => {
      if (gate.waiting() >= queue) return 'busy';
      return gate.run(async () => {
        const known = parse(stored);
        const stand = known ?? { ...NOBODY, cost };
        const fits = timingSafeEqual(await derive(password, stand.salt, stand.cost), stand.hash);
        return known !== undefined && fits;
      });
    },
  };
}

type Cost = { readonly log2N: number; readonly r: number; readonly p: number };

const NOBODY = { salt: Buffer.alloc(16), hash: Buffer.alloc(LENGTH) };

function parse(stored: string | undefined): { salt: Buffer; hash: Buffer; cost: Cost } | undefined {
  const [kind, log2N, r, p, salt, hash] = (stored ?? '').split('$');
  if (kind !== 'scrypt' || salt === undefined || hash === undefined) return undefined;
  return {
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(hash, 'base64'),
    cost: { log2N: Number(log2N), r: Number(r), p: Number(p) },
  };
}

function derive(password: string, salt: Buffer, { log2N, r, p }: Cost): Promise<Buffer> {
  const N = 2 ** log2N;
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFC'), salt, LENGTH, { N, r, p, maxmem: 256 * N * r }, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}

function createGate(concurrency: number) {
  let running = 0;
  const waiting: (() => void)[] = [];
  return {
    waiting: () => waiting.length,
    run: async <T>(work: () => Promise<T>): Promise<T> => {
      if (running >= concurrency) await new Promise<void>((resolve) => void waiting.push(resolve));
      else running++;
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        if (next === undefined) running--;
        else next();
      }
    },
  };
}
