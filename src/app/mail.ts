import type { MailPort } from '../aws/ports.ts';
import { createMailer } from '../base/mailer.ts';
import type { Config } from '../config.ts';
import type { Closing } from './closing.ts';

/** The mail server that was named; undefined: none was. */
export function openMail({
  config,
  closing,
}: {
  readonly config: Config;
  readonly closing: Closing;
}): MailPort | undefined {
  const { smtp_url: url, smtp_from: from } = config;
  if (url === undefined || from === undefined) return undefined;
  const mailer = createMailer({ url, from });
  closing.add('mails', async () => mailer.stop());
  return mailer;
}
