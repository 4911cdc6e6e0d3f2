import type { MessageShape } from '../target-kinds.ts';
import type { Job } from './queue.ts';
import { messageFor } from './summary.ts';

/** The body that a webhook of that kind takes. */
export function shaped(shape: MessageShape, job: Job, input: string): string {
  if (shape === 'plain') return input;
  const text = messageFor(job, input);
  return JSON.stringify(shape === 'slack' ? slack(text, job) : teams(text, job));
}

/** https://api.slack.com/reference/surfaces/formatting#escaping: else a name could be a link, or call everybody. */
function slack(text: string, { rule }: Job) {
  const escape = (one: string) =>
    one.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return { text: `*${escape(rule.name)}*: ${escape(text)}` };
}

/** An adaptive card, as workflows of Teams take it: https://learn.microsoft.com/en-us/connectors/teams/#microsoft-teams-webhook */
function teams(text: string, { rule }: Job) {
  const block = (content: string, more: object) => ({
    type: 'TextBlock',
    // No links or emphasis of others.
    text: content.replaceAll(/[[\]*_\\]/g, String.raw`\$&`),
    wrap: true,
    ...more,
  });
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          body: [block(rule.name, { weight: 'Bolder' }), block(text, {})],
        },
      },
    ],
  };
}
