import type { MailPort } from '../../../aws/ports.ts';
import { messageOf } from '../../../base/errors.ts';
import { DELIVERED, failed, type Outcome } from './outcome.ts';
import type { Job } from './queue.ts';
import { messageFor, summaryOf } from './summary.ts';

/** A mail of Opentrail's own: the summary as its subject; the event, or what the target's input says, as its text. */
export async function toEmail(
  mail: MailPort | undefined,
  job: Job,
  { address, input }: { readonly address: string; readonly input: string },
): Promise<Outcome> {
  if (mail === undefined)
    return failed('NO_RESOURCE', 'there is no mail server any more: set OPENTRAIL_SMTP_URL', {
      permanent: true,
    });
  const text = input === job.body ? JSON.stringify(JSON.parse(input), null, 2) : messageFor(job, input);
  try {
    await mail.send({
      fromName: 'Opentrail',
      to: address,
      subject: `${job.rule.name}: ${summaryOf(job.body)}`.slice(0, 200),
      text: `${summaryOf(job.body)}\n\n${text}\n\n--\nRule: ${job.rule.arn}\n`,
    });
    return DELIVERED;
  } catch (error) {
    const code = error instanceof Error && 'responseCode' in error ? Number(error.responseCode) : 0;
    return failed('ERROR_FROM_TARGET', messageOf(error), { permanent: code >= 500 && code < 600 });
  }
}
