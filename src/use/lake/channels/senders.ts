import { hash, randomBytes } from 'node:crypto';

import type { Clock } from '../../../base/clock.ts';
import type { NewId } from '../../../base/ids.ts';
import type { ChannelSettings } from './channel-table.ts';
import type { ChannelRow, SenderRow } from './settings.ts';

/**
 * Who may send events to a channel without an AWS signature: whoever has a token of it, or a client certificate with a name in it that was named.
 * Of a token only the SHA-256 is kept: it has 256 random bits, which nobody finds by trying.
 */
export type Senders = {
  readonly byToken: (token: string) => SenderRow | undefined;
  /** Of a certificate that the endpoint's CA vouches for: the names in it. */
  readonly byCertificate: (names: readonly string[]) => SenderRow | undefined;
  /** Of an account in a region, oldest first. */
  readonly of: (account: string, region: string) => readonly SenderRow[];
  /** `taken`: the certificate name sends to a channel already. */
  readonly add: (channel: ChannelRow, sender: NewSender) => Promise<MadeSender | 'taken'>;
  readonly remove: (id: string) => Promise<void>;
  /** Of a channel that is gone. */
  readonly forget: (channelArn: string) => void;
  readonly stop: () => Promise<void>;
};

export type NewSender = {
  readonly name: string;
  /** Undefined: by token. */
  readonly certificate: string | undefined;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number | undefined;
};

export type MadeSender = { readonly row: SenderRow; readonly token: string | undefined };

const PREFIX = 'otk_';
/** When a sender was last seen is written down this often, in milliseconds. */
const USED_EVERY = 60_000;

type SendersDeps = { readonly settings: ChannelSettings; readonly clock: Clock; readonly newId: NewId };

export async function openSenders({ settings, clock, newId }: SendersDeps): Promise<Senders> {
  const rows = new Map<string, SenderRow>();
  for (const row of await settings.selectFrom('lake_channel_senders').selectAll().execute())
    rows.set(keyOf(row.kind, row.secret), row);
  let writing: Promise<unknown> = Promise.resolve();
  const valid = (row: SenderRow | undefined): SenderRow | undefined => {
    const now = clock.now();
    if (row === undefined || (row.expires_at !== null && row.expires_at <= now)) return undefined;
    if (now - (row.used_at ?? 0) < USED_EVERY) return row;
    const used = { ...row, used_at: now };
    rows.set(keyOf(row.kind, row.secret), used);
    const update = settings
      .updateTable('lake_channel_senders')
      .set({ used_at: now })
      .where('id', '=', row.id);
    writing = writing.then(() => update.execute()).catch(() => undefined);
    return used;
  };
  return {
    byToken: (token) =>
      token.startsWith(PREFIX) ? valid(rows.get(keyOf('token', hash('sha256', token, 'hex')))) : undefined,
    byCertificate: (names) => {
      for (const name of names) {
        const row = valid(rows.get(keyOf('certificate', name)));
        if (row !== undefined) return row;
      }
      return undefined;
    },
    of: (account, region) =>
      [...rows.values()]
        .filter((row) => row.account === account && row.region === region)
        .sort((a, b) => a.created_at - b.created_at || (a.id < b.id ? -1 : 1)),
    add: async (channel, sender) => {
      const { row, token } = madeOf(channel, sender, { id: newId(), now: clock.now() });
      const key = keyOf(row.kind, row.secret);
      if (rows.has(key)) return 'taken';
      await settings.insertInto('lake_channel_senders').values(row).execute();
      rows.set(key, row);
      return { row, token };
    },
    remove: async (id) => {
      await settings.deleteFrom('lake_channel_senders').where('id', '=', id).execute();
      for (const [key, row] of rows) if (row.id === id) rows.delete(key);
    },
    forget: (channelArn) => {
      for (const [key, row] of rows) if (row.channel_arn === channelArn) rows.delete(key);
    },
    stop: async () => void (await writing),
  };
}

function madeOf(
  channel: ChannelRow,
  { name, certificate, expiresAt }: NewSender,
  { id, now }: { readonly id: string; readonly now: number },
): MadeSender {
  const token = certificate === undefined ? `${PREFIX}${randomBytes(32).toString('base64url')}` : undefined;
  const row: SenderRow = {
    id,
    channel_arn: channel.arn,
    account: channel.account,
    region: channel.region,
    name,
    kind: token === undefined ? 'certificate' : 'token',
    secret: token === undefined ? String(certificate) : hash('sha256', token, 'hex'),
    created_at: now,
    expires_at: expiresAt ?? null,
    used_at: null,
  };
  return { row, token };
}

function keyOf(kind: SenderRow['kind'], secret: string): string {
  return `${kind} ${secret}`;
}
