import { randomBytes } from 'node:crypto';

import { z } from 'zod';

import { uniqueId } from '../../base/ids.ts';
import type { MasterKey } from './master-key.ts';

const policies = {
  sessionPolicy: z.record(z.string(), z.unknown()).optional(),
  sessionPolicyArns: z.array(z.string()).optional(),
};
const ofRole = { sessionName: z.string(), sourceIdentity: z.string().optional(), ...policies };

/** Temporary credentials carry all that is known of them in the token, sealed; nothing is stored. */
const session = z.object({
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
  /** Milliseconds since the epoch. */
  issuedAt: z.number(),
  expiresAt: z.number(),
  mfa: z.boolean(),
  fromConsole: z.boolean(),
  identity: z.union([
    z.object({ kind: z.literal('user'), userId: z.string() }),
    /** OpentrailAccountAccess, where no other role is named. */
    z.object({
      kind: z.literal('role'),
      accountId: z.string(),
      roleName: z.string().optional(),
      ...ofRole,
    }),
    z.object({ kind: z.literal('own-role'), roleId: z.string(), ...ofRole }),
    z.object({ kind: z.literal('federated'), userId: z.string(), name: z.string(), ...policies }),
  ]),
});

export type Session = z.output<typeof session>;
export type RoleIdentity = Extract<Session['identity'], { kind: 'role' | 'own-role' }>;
export type SessionFacts = Omit<Session, 'accessKeyId' | 'secretAccessKey'>;

export type SessionTokens = {
  readonly issue: (facts: SessionFacts) => { readonly session: Session; readonly sessionToken: string };
  /** Undefined for what we did not seal. */
  readonly open: (sessionToken: string) => Session | undefined;
  /** Whether an `ASIA…` key id is one of ours: its second half authenticates its first. */
  readonly recognizes: (accessKeyId: string) => boolean;
};

const KNOWN = 2000;

export function createSessionTokens(masterKey: MasterKey): SessionTokens {
  const opened = new Map<string, Session>();
  const open = (sessionToken: string): Session | undefined => {
    const known = opened.get(sessionToken);
    if (known !== undefined) return known;
    const text = sessionToken.length > 16_384 ? undefined : masterKey.open('session', sessionToken);
    const parsed = text === undefined ? undefined : session.safeParse(JSON.parse(text)).data;
    if (parsed === undefined) return undefined;
    if (opened.size >= KNOWN) opened.delete(opened.keys().next().value as string);
    opened.set(sessionToken, parsed);
    return parsed;
  };
  // Asked for every call that passes, and most passing keys come again.
  const recognized = new Map<string, boolean>();
  const recognizes = (id: string): boolean => {
    if (id.length !== 20 || !id.startsWith('ASIA')) return false;
    const known = recognized.get(id);
    if (known !== undefined) return known;
    const ours = proofOf(masterKey, id.slice(0, 12)) === id.slice(12);
    if (recognized.size >= KNOWN) recognized.delete(recognized.keys().next().value as string);
    recognized.set(id, ours);
    return ours;
  };
  return {
    issue: (facts) => {
      const half = uniqueId('ASIA', 8);
      const made: Session = {
        ...facts,
        accessKeyId: half + proofOf(masterKey, half),
        secretAccessKey: randomBytes(30).toString('base64'),
      };
      return { session: made, sessionToken: masterKey.seal('session', JSON.stringify(made)) };
    },
    open,
    recognizes,
  };
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** 8 characters, 40 bits: another issuer's key passes for ours once in 10^12. */
function proofOf(masterKey: MasterKey, half: string): string {
  const mac = masterKey.mac('session key id', half);
  let text = '';
  for (let i = 0; i < 8; i++) text += BASE32[(mac[i] ?? 0) % 32];
  return text;
}
