import type { MessageAttribute } from '../../aws/ports.ts';
import type { Detection } from './detection.ts';
import type { FindingData } from './finding.ts';
import type { FindingRow } from './settings.ts';

/** What a topic is told of a finding: a text for people, and attributes by which subscriptions choose. */
export function topicMessage(
  row: FindingRow,
  detection: Detection | undefined,
): {
  readonly subject: string;
  readonly message: string;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
} {
  const data = JSON.parse(row.data) as FindingData;
  const attribute = (value: string): MessageAttribute => ({ Type: 'String', Value: value });
  const facts: readonly (readonly [string, string])[] = [
    ['Account', `${row.account}, ${row.region}`],
    ['Who', data.actor],
    ['Key', data.accessKey],
    ['From', data.sourceIp],
    ['With', data.userAgent],
    ['What', `${data.eventName} (${data.eventSource})${data.error === '' ? '' : `, answered ${data.error}`}`],
    ['On', data.resources.join(', ')],
    ['When', new Date(row.last_at).toISOString()],
    ['Events', `${row.count}, the last of them ${data.events.at(-1) ?? ''}`],
    ['Finding', row.id],
  ];
  const next = (detection?.next ?? []).map((step) => `- ${step}`);
  return {
    subject: plain(`${row.severity.toUpperCase()}: ${data.title}`).slice(0, 99),
    message: [
      `${data.title} (${row.severity}, ${data.attack.join(', ')})`,
      facts
        .filter(([, value]) => value !== '')
        .map(([name, value]) => `${`${name}:`.padEnd(9)}${value.replace(/\s+/g, ' ')}`)
        .join('\n'),
      ...(detection === undefined || detection.why === '' ? [] : [detection.why]),
      ...(next.length === 0 ? [] : [`What to do next:\n${next.join('\n')}`]),
      `opentrail detections ack ${row.id}`,
    ].join('\n\n'),
    attributes: {
      Severity: attribute(row.severity),
      DetectionId: attribute(row.detection),
      AccountId: attribute(row.account === '' ? '-' : row.account),
    },
  };
}

/** Subjects are of printable ASCII: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
function plain(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?');
}
