import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { CreateBucketCommand, PutBucketPolicyCommand, type S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { awsCli, type AwsCli } from '../kit/aws-cli.ts';
import { boto3 } from '../kit/boto3.ts';
import { opentrailOf } from '../kit/cli.ts';
import { deliveredRecords, s3Client, trailBucketPolicy } from '../kit/client.ts';
import { DATA_EVENT, ingest, recordsOf, varied } from '../kit/insight-records.ts';
import { GROUP, mailInsights, makeGroup, MAILBOX } from '../kit/insight-ways.ts';
import { startMailServer, type MailServer } from '../kit/mail-server.ts';
import { eventually } from '../kit/run.ts';
import { startServer, type TestServer } from '../kit/server.ts';
import { missingTool, needing } from '../kit/tools.ts';

const missing = missingTool('aws', 'aws with AWS_ENDPOINT_URL');
const ACCOUNT = '123456789012';
const ARN = `arn:aws:cloudtrail:us-east-1:${ACCOUNT}:trail/unusual`;
const LOGS = 'insight-logs';
const THIEF = `arn:aws:sts::${ACCOUNT}:assumed-role/Thief`;
const BOTH = [
  { InsightType: 'ApiCallRateInsight', EventCategories: ['Management', 'Data'] },
  { InsightType: 'ApiErrorRateInsight', EventCategories: ['Management'] },
];
/** Not the log files of the trail itself, of which there are many. */
const SELECTORS = [
  { FieldSelectors: [{ Field: 'eventCategory', Equals: ['Management'] }] },
  {
    FieldSelectors: [
      { Field: 'eventCategory', Equals: ['Data'] },
      { Field: 'resources.type', Equals: ['AWS::S3::Object'] },
      { Field: 'resources.ARN', StartsWith: ['arn:aws:s3:::reports/'] },
    ],
  },
];
const OF_TAGS = ['--lookup-attributes', 'AttributeKey=EventName,AttributeValue=CreateTags'];

type Insight = {
  readonly eventID: string;
  readonly eventTime: string;
  readonly sharedEventID: string;
  readonly insightDetails: {
    readonly state: string;
    readonly insightContext: { readonly attributions: { attribute: string; insight: { value: string }[] }[] };
  };
};

/** A past of eight days comes as records that other services tell of, with a burst in the last half hour: no clock is turned. */
describe.skipIf(missing !== undefined)(needing('insights', missing), () => {
  const minute = Math.floor(Date.now() / 60_000) * 60_000;
  const began = new Date(minute - 600_000).toISOString().replace(/\.\d+Z/, 'Z');
  let server: TestServer;
  let s3: S3Client;
  let cli: AwsCli;
  let mails: MailServer;
  let source: string;
  const cloudtrail = <T = Record<string, unknown>>(...args: string[]) => cli.json<T>('cloudtrail', ...args);
  const refusal = async (...args: string[]) =>
    /\((\w+)\)/.exec((await cli.run('cloudtrail', ...args)).stderr)?.[1];
  const lookup = async (...args: string[]) => {
    const { Events: events } = await cloudtrail<{ Events: { CloudTrailEvent: string }[] }>(
      ...['lookup-events', '--event-category', 'insight', ...args],
    );
    return events.map(({ CloudTrailEvent }) => JSON.parse(CloudTrailEvent) as Insight);
  };

  /** What SQL over the store for Insights events finds. */
  const unusual = async (name = 'CreateTags') => {
    const { stdout, stderr } = await opentrailOf(
      server,
      ...['query', '--store', 'unusual', '--format', 'json'],
      `SELECT insightstate, awsregion, insightsource, insighttype, insightcontext.insightaverage AS average,
        insightcontext.attributions[1].insight[1].value AS who, sharedeventid
        FROM events WHERE insighteventname = '${name}' ORDER BY awsregion, insightstate DESC`,
    );
    expect(stderr).toBe('');
    return stdout
      .trim()
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  };
  const createStore = async (name: string, ...args: string[]) => {
    const { EventDataStoreArn } = await cloudtrail<{ EventDataStoreArn: string }>(
      ...['create-event-data-store', '--name', name, ...args],
    );
    return EventDataStoreArn;
  };

  const data = mkdtempSync(join(tmpdir(), 'opentrail-insights-'));
  const start = async () => {
    server = await startServer({
      data,
      env: {
        OPENTRAIL_DELIVERY_INTERVAL: '1s',
        OPENTRAIL_DIGEST_INTERVAL: '2s',
        OPENTRAIL_INSIGHTS_LAG: '0s',
        OPENTRAIL_SMTP_URL: mails.url,
        OPENTRAIL_SMTP_FROM: 'audit@example.com',
      },
    });
    cli = awsCli(server);
    s3 = s3Client(server);
  };

  beforeAll(async () => {
    mails = await startMailServer();
    await start();
    await s3.send(new CreateBucketCommand({ Bucket: LOGS }));
    await s3.send(new PutBucketPolicyCommand({ Bucket: LOGS, Policy: trailBucketPolicy(LOGS, ACCOUNT) }));
    await cloudtrail(
      ...['create-trail', '--name', 'unusual', '--s3-bucket-name', LOGS, '--enable-log-file-validation'],
      ...(await makeGroup(cli)),
    );
    await cloudtrail(
      ...['put-event-selectors', '--trail-name', 'unusual'],
      ...['--advanced-event-selectors', JSON.stringify(SELECTORS)],
    );
    await mailInsights(cli, mails);
    await cloudtrail('start-logging', '--name', 'unusual');
  }, 90_000);
  afterAll(async () => {
    await server.stop();
    await mails.stop();
    rmSync(data, { recursive: true, force: true });
  });

  it('are asked for with the CLI and boto3, and refused with the errors of the API', async () => {
    const get = ['get-insight-selectors', '--trail-name', 'unusual'];
    expect(await refusal(...get)).toBe('InsightNotEnabledException');
    const put = ['put-insight-selectors', '--trail-name', 'unusual', '--insight-selectors'];
    expect(await refusal(...put, '[{"InsightType":"Other"}]')).toBe('InvalidInsightSelectorsException');
    const asked = [BOTH[0], { InsightType: 'ApiErrorRateInsight' }];
    expect(await cloudtrail(...put, JSON.stringify(asked))).toMatchObject({ TrailARN: ARN });
    const answer = await boto3<Record<string, unknown>>(
      server,
      `say(client('cloudtrail').get_insight_selectors(TrailName='${ARN}'))`,
    );
    expect(answer).toMatchObject({ TrailARN: ARN, InsightSelectors: BOTH });
    const trail = await cloudtrail('get-trail', '--name', 'unusual');
    expect(trail).toMatchObject({ Trail: { HasInsightSelectors: true } });
  }, 60_000);

  it('of an event data store are asked for together with the store that they go to', async () => {
    source = await createStore('audit');
    const put = (...args: string[]) => [
      ...['put-insight-selectors', '--event-data-store', source, '--insight-selectors'],
      ...['[{"InsightType":"ApiCallRateInsight"}]', ...args],
    ];
    expect(await refusal(...put())).toBe('InvalidParameterCombinationException');
    expect(await refusal(...put('--insights-destination', source))).toBe('InvalidInsightSelectorsException');
    const of = '[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Insight"]}]}]';
    const destination = await createStore('unusual', '--advanced-event-selectors', of);
    const told = {
      EventDataStoreArn: source,
      InsightsDestination: destination,
      InsightSelectors: [{ InsightType: 'ApiCallRateInsight', EventCategories: ['Management'] }],
    };
    expect(await cloudtrail(...put('--insights-destination', destination))).toEqual(told);
    expect(await cloudtrail('get-insight-selectors', '--event-data-store', source)).toEqual(told);
  }, 60_000);

  it('tell of a burst when it begins and when it is over, and who it was', async () => {
    const records = recordsOf({ minute, account: ACCOUNT, thief: THIEF });
    const elsewhere = varied(records, { awsRegion: 'eu-west-1' });
    await ingest(server, [...records, ...varied(records, DATA_EVENT), ...elsewhere]);
    const [end, start] = await eventually(async () => {
      const found = await lookup(...OF_TAGS);
      return found.length >= 2 ? found : undefined;
    }, 90_000);
    expect(start).toMatchObject({
      eventType: 'AwsCloudTrailInsight',
      eventCategory: 'Insight',
      recipientAccountId: ACCOUNT,
      eventTime: new Date(minute - 25 * 60_000).toISOString().replace('.000', ''),
      insightDetails: {
        state: 'Start',
        eventSource: 'ec2.amazonaws.com',
        eventName: 'CreateTags',
        insightType: 'ApiCallRateInsight',
        insightContext: { statistics: { baselineDuration: 10_080 } },
      },
    });
    expect(end).toMatchObject({
      sharedEventID: start?.sharedEventID,
      insightDetails: {
        state: 'End',
        insightContext: { statistics: { insight: { average: 20 }, insightDuration: 8 } },
      },
    });
    expect(end?.eventID).not.toBe(start?.eventID);
    for (const event of [start, end]) {
      const [who, agent, errors] = event?.insightDetails.insightContext.attributions ?? [];
      expect(who).toMatchObject({ attribute: 'userIdentityArn', insight: [{ value: THIEF }] });
      expect(agent?.insight[0]).toMatchObject({ value: 'Boto3/1.26.27' });
      expect(errors?.insight).toMatchObject([{ value: 'null', average: 20 }]);
    }
    expect(await lookup('--lookup-attributes', 'AttributeKey=EventName,AttributeValue=Other')).toEqual([]);
  }, 120_000);

  it('lead by a rule and a topic to a mail that says which API and holds the record', async () => {
    const mail = await eventually(
      async () => mails.received.find(({ text }) => /"state":"Start".*"CreateTags"/.test(text)),
      30_000,
    );
    expect(mail).toMatchObject({ from: 'audit@example.com', to: [MAILBOX] });
    const event = JSON.parse(mail.text.split('\n')[0] ?? '') as { readonly detail: Insight };
    expect(event).toMatchObject({
      'detail-type': 'AWS Insight via CloudTrail',
      source: 'aws.cloudtrail',
      account: ACCOUNT,
      region: 'us-east-1',
    });
    const [, start] = await lookup(...OF_TAGS);
    expect(event.detail).toEqual(start);
  }, 60_000);

  it("are in the trail's log group", async () => {
    const messages = await eventually(async () => {
      const { events } = await cli.json<{ events: { message: string }[] }>(
        ...['logs', 'filter-log-events', '--log-group-name', GROUP, '--filter-pattern'],
        '{ $.insightDetails.eventName = "CreateTags" }',
      );
      return events.length >= 2 ? events.map(({ message }) => JSON.parse(message) as Insight) : undefined;
    }, 30_000);
    const [end, start] = await lookup(...OF_TAGS);
    expect(messages).toEqual([start, end]);
  }, 60_000);

  it('are in the event data store for them, of all regions of its source', async () => {
    const found = await eventually(async () => {
      const rows = await unusual();
      return rows.length >= 4 ? rows : undefined;
    }, 60_000);
    const [start] = await lookup(...OF_TAGS);
    expect(found).toMatchObject(
      ['eu-west-1', 'us-east-1'].flatMap((region) =>
        ['Start', 'End'].map((state) => ({
          insightstate: state,
          awsregion: region,
          insightsource: source,
          insighttype: 'ApiCallRateInsight',
          average: 20,
          who: THIEF,
        })),
      ),
    );
    expect(found.at(-1)?.['sharedeventid']).toBe(start?.sharedEventID);
  }, 90_000);

  it('are listed where they are about data events, and so are the rates of all', async () => {
    const listed = await eventually(async () => {
      const { Events: events } = await cloudtrail<{ Events: { CloudTrailEvent: string }[] }>(
        ...['list-insights-data', '--insight-source', ARN, '--data-type', 'InsightsEvents'],
      );
      return events.length >= 2 ? events.map(({ CloudTrailEvent }) => CloudTrailEvent) : undefined;
    }, 30_000);
    const told = listed.map((json) => (JSON.parse(json) as Insight).insightDetails);
    expect(told).toMatchObject(
      ['End', 'Start'].map((state) => ({ state, eventSource: 's3.amazonaws.com', eventName: 'PutObject' })),
    );
    const rates = (source: string, name: string, ...more: string[]) =>
      cloudtrail<{ Values: number[] }>(
        ...['list-insights-metric-data', '--event-source', source, '--event-name', name],
        ...['--insight-type', 'ApiCallRateInsight', '--period', '60', ...more],
        ...['--start-time', new Date(minute - 30 * 60_000).toISOString()],
      );
    const burst = Array.from({ length: 8 }, () => 20);
    expect((await rates('ec2.amazonaws.com', 'CreateTags')).Values).toEqual(burst);
    const ofData = await rates('s3.amazonaws.com', 'PutObject', '--trail-name', ARN);
    expect(ofData).toMatchObject({ TrailARN: ARN, Values: burst });
  }, 60_000);

  it('are delivered into files of their own, which validate', async () => {
    const delivered = await eventually(async () => {
      const records = await deliveredRecords(s3, LOGS, '', 'CloudTrail-Insight');
      return records.length >= 4 ? records : undefined;
    }, 60_000);
    expect(delivered.map(({ eventCategory }) => eventCategory)).toEqual(Array(4).fill('Insight'));
    const verbose = await eventually(async () => {
      const { stdout, code } = await cli.run(
        ...['cloudtrail', 'validate-logs', '--trail-arn', ARN, '--start-time', began, '--verbose'],
      );
      return code === 0 && stdout.includes('_CloudTrail-Insight_') ? stdout : undefined;
    }, 60_000);
    expect(verbose).toMatch(/Log file\ts3:\/\/\S+_CloudTrail-Insight_\S+\tvalid/);
    expect(verbose).not.toContain('INVALID');
  }, 150_000);

  it('are not told again after a restart that nobody could prepare for', async () => {
    const known = async () => ({ told: await lookup(...OF_TAGS), stored: await unusual() });
    const before = await known();
    await server.kill();
    await start();
    const past = recordsOf({ minute: minute - 7 * 86_400_000, account: ACCOUNT, thief: THIEF });
    const others = varied(recordsOf({ minute, account: ACCOUNT, thief: THIEF }), { eventName: 'DeleteTags' });
    await ingest(server, [...past, ...others]);
    await eventually(async () => {
      const found = await lookup('--lookup-attributes', 'AttributeKey=EventName,AttributeValue=DeleteTags');
      return found.length >= 2 ? true : undefined;
    }, 60_000);
    // What is told by then was judged together with these.
    await eventually(async () => ((await unusual('DeleteTags')).length >= 2 ? true : undefined), 60_000);
    expect(await known()).toEqual(before);
  }, 120_000);
});
