import { pino, type Logger } from 'pino';

export type { Logger };

const SECRETS = [
  'authorization',
  'Authorization',
  'headers.authorization',
  'headers["x-amz-security-token"]',
  'secretAccessKey',
  'sessionToken',
  'password',
  'secret',
  '*.secretAccessKey',
  '*.sessionToken',
  '*.password',
  '*.secret',
  '*.authorization',
];

/** JSON lines on stderr: a short lower-case message and fields. Credentials are censored wherever they stand. */
export function createLogger(level: string): Logger {
  return pino(
    { level, base: null, redact: { paths: SECRETS, censor: '[redacted]' } },
    pino.destination({ dest: 2, sync: true }),
  );
}
