import type { AwsCli } from './aws-cli.ts';
import type { MailServer } from './mail-server.ts';
import { eventually } from './run.ts';

const ACCOUNT = '123456789012';
export const MAILBOX = 'security@example.com';
export const GROUP = 'CloudTrail/insights';
const GROUP_ARN = `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:${GROUP}:*`;

/** Insights to a mailbox: a rule on the default bus, a topic that lets it publish, and somebody who says yes to its mails. */
export async function mailInsights(cli: AwsCli, mails: MailServer): Promise<void> {
  const { TopicArn } = await cli.json<{ TopicArn: string }>('sns', 'create-topic', '--name', 'unusual');
  const letRulesIn = {
    Effect: 'Allow',
    Principal: { Service: 'events.amazonaws.com' },
    Action: 'sns:Publish',
    Resource: TopicArn,
  };
  await cli.json(
    ...['sns', 'set-topic-attributes', '--topic-arn', TopicArn, '--attribute-name', 'Policy'],
    ...['--attribute-value', policy(letRulesIn)],
  );
  await cli.json(
    ...['sns', 'subscribe', '--topic-arn', TopicArn, '--protocol', 'email'],
    ...['--notification-endpoint', MAILBOX],
  );
  const question = await eventually(async () => mails.received[0]);
  await fetch(/http:\/\/\S+Action=ConfirmSubscription\S+/.exec(question.text)?.[0] ?? '');
  const pattern = { source: ['aws.cloudtrail'], 'detail-type': ['AWS Insight via CloudTrail'] };
  await cli.json(...['events', 'put-rule', '--name', 'unusual', '--event-pattern', JSON.stringify(pattern)]);
  await cli.json(...['events', 'put-targets', '--rule', 'unusual', '--targets', `Id=topic,Arn=${TopicArn}`]);
}

/** A log group and the role by which a trail writes to it; answers the options of CreateTrail. */
export async function makeGroup(cli: AwsCli): Promise<readonly string[]> {
  const role = ['--role-name', 'CloudTrail_Logs'];
  const trust = {
    Effect: 'Allow',
    Principal: { Service: 'cloudtrail.amazonaws.com' },
    Action: 'sts:AssumeRole',
  };
  const rights = {
    Effect: 'Allow',
    Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    Resource: '*',
  };
  await cli.json('logs', 'create-log-group', '--log-group-name', GROUP);
  await cli.json('iam', 'create-role', ...role, '--assume-role-policy-document', policy(trust));
  await cli.json(
    ...['iam', 'put-role-policy', ...role, '--policy-name', 'write', '--policy-document', policy(rights)],
  );
  return [
    ...['--cloud-watch-logs-log-group-arn', GROUP_ARN],
    ...['--cloud-watch-logs-role-arn', `arn:aws:iam::${ACCOUNT}:role/CloudTrail_Logs`],
  ];
}

function policy(statement: object): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
}
