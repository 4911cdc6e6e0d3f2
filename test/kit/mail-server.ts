import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

import { SMTPServer } from 'smtp-server';

export type ReceivedMail = {
  /** Of the envelope. */
  readonly from: string;
  readonly to: readonly string[];
  /** By lower-case names, unfolded; words in other alphabets as they were sent. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
};

export type MailServer = {
  /** `smtp://HOST:PORT`. */
  readonly url: string;
  readonly received: readonly ReceivedMail[];
  /** Mails are refused with that code from now on; undefined: taken. */
  readonly refuse: (code: number | undefined) => void;
  /** How many were refused. */
  readonly refused: () => number;
  readonly stop: () => Promise<void>;
};

/** A real SMTP server on the loopback that keeps what it gets. */
export async function startMailServer(): Promise<MailServer> {
  const received: ReceivedMail[] = [];
  let refusal: number | undefined;
  let refused = 0;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (refusal !== undefined) {
          refused++;
          return done(Object.assign(new Error('not now'), { responseCode: refusal }));
        }
        const { mailFrom, rcptTo } = session.envelope;
        received.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          ...readMail(Buffer.concat(chunks).toString()),
        });
        done();
      });
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  return {
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    received,
    refuse: (code) => (refusal = code),
    refused: () => refused,
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}

/** Plain mails of one part, as these are. */
function readMail(source: string): Pick<ReceivedMail, 'headers' | 'text'> {
  const at = source.indexOf('\r\n\r\n');
  const lines = source
    .slice(0, at)
    .replaceAll(/\r\n[ \t]+/g, ' ')
    .split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.indexOf(':')).toLowerCase(),
      line.slice(line.indexOf(':') + 1).trim(),
    ]),
  ) as Record<string, string>;
  const body = source.slice(at + 4).replaceAll('\r\n', '\n');
  const quoted = headers['content-transfer-encoding'] === 'quoted-printable';
  return { headers, text: quoted ? unquote(body) : body };
}

function unquote(text: string): string {
  const bytes = text
    .replaceAll(/=\n/g, '')
    .replaceAll(/=([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}
