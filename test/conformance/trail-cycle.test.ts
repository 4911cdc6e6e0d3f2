import {
  AddTagsCommand,
  CloudTrailClient,
  CreateTrailCommand,
  DeleteTrailCommand,
  DescribeTrailsCommand,
  GetEventConfigurationCommand,
  GetEventSelectorsCommand,
  GetTrailCommand,
  GetTrailStatusCommand,
  ListTagsCommand,
  PutEventConfigurationCommand,
  PutEventSelectorsCommand,
  RemoveTagsCommand,
  StartLoggingCommand,
  StopLoggingCommand,
  UpdateTrailCommand,
  type CreateTrailCommandInput,
  type PutEventSelectorsCommandInput,
  type UpdateTrailCommandInput,
} from '@aws-sdk/client-cloudtrail';
import { CreateBucketCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { s3Client, trailBucketPolicy } from '../kit/client.ts';
import { startServer, type TestServer } from '../kit/server.ts';

const ACCOUNT = '123456789012';
const NAME = 'cycle';

/** As a tool does that keeps infrastructure as it is written down: what was asked for must be what is read back, or it would change it for ever. */
describe('a trail that is kept as code', () => {
  let server: TestServer;
  let client: CloudTrailClient;

  beforeAll(async () => {
    server = await startServer();
    client = new CloudTrailClient({
      endpoint: server.url,
      region: 'us-east-1',
      credentials: server.credentials,
    });
    const s3 = s3Client(server);
    for (const bucket of ['first-logs', 'second-logs']) {
      await s3.send(new CreateBucketCommand({ Bucket: bucket }));
      await s3.send(
        // Under any prefix.
        new PutBucketPolicyCommand({ Bucket: bucket, Policy: trailBucketPolicy(bucket, ACCOUNT, '*') }),
      );
    }
  }, 60_000);
  afterAll(async () => {
    client.destroy();
    await server.stop();
  });

  /** All that such a tool reads. */
  const state = async () => {
    const { Trail } = await client.send(new GetTrailCommand({ Name: NAME }));
    const described = await client.send(new DescribeTrailsCommand({ trailNameList: [NAME] }));
    expect(described.trailList).toEqual([Trail]);
    const status = await client.send(new GetTrailStatusCommand({ Name: NAME }));
    const { $metadata: _, ...selectors } = await client.send(
      new GetEventSelectorsCommand({ TrailName: NAME }),
    );
    const tags = await client.send(new ListTagsCommand({ ResourceIdList: [Trail?.TrailARN ?? ''] }));
    const { AggregationConfigurations } = await client.send(
      new GetEventConfigurationCommand({ TrailName: NAME }),
    );
    const read = { ...Trail, ...selectors, AggregationConfigurations };
    return { ...read, IsLogging: status.IsLogging, tags: tags.ResourceTagList?.[0]?.TagsList };
  };
  const update = (input: Partial<UpdateTrailCommandInput>) =>
    client.send(new UpdateTrailCommand({ Name: NAME, ...input }));
  const putSelectors = (input: Partial<PutEventSelectorsCommandInput>) =>
    client.send(new PutEventSelectorsCommand({ TrailName: NAME, ...input }));

  it('reads back as it was written, after its creation and after each change', async () => {
    const input: CreateTrailCommandInput = {
      Name: NAME,
      S3BucketName: 'first-logs',
      TagsList: [{ Key: 'team', Value: 'audit' }],
    };
    const { $metadata: _, ...made } = await client.send(new CreateTrailCommand(input));
    const arn = `arn:aws:cloudtrail:us-east-1:${ACCOUNT}:trail/${NAME}`;
    let expected: Record<string, unknown> = {
      Name: NAME,
      TrailARN: arn,
      HomeRegion: 'us-east-1',
      S3BucketName: 'first-logs',
      IncludeGlobalServiceEvents: true,
      IsMultiRegionTrail: false,
      LogFileValidationEnabled: false,
      IsOrganizationTrail: false,
      RecursiveLogging: true,
      HasCustomEventSelectors: false,
      HasInsightSelectors: false,
      IsLogging: false,
      EventSelectors: [
        {
          ReadWriteType: 'All',
          IncludeManagementEvents: true,
          DataResources: [],
          ExcludeManagementEventSources: [],
        },
      ],
      AggregationConfigurations: [],
      tags: [{ Key: 'team', Value: 'audit' }],
    };
    expect(expected).toMatchObject(made);
    expect(await state()).toEqual(expected);

    const change = async (work: () => Promise<unknown>, changes: Record<string, unknown>) => {
      await work();
      expected = Object.fromEntries(
        Object.entries({ ...expected, ...changes }).filter(([, value]) => value !== undefined),
      );
      expect(await state()).toEqual(expected);
      // A second time, since a tool that reads no difference might still be run again.
      await work();
      expect(await state()).toEqual(expected);
    };
    await change(() => update({ S3BucketName: 'second-logs' }), { S3BucketName: 'second-logs' });
    await change(() => update({ S3BucketName: 'first-logs' }), { S3BucketName: 'first-logs' });
    await change(() => update({ S3KeyPrefix: 'kept/as-code' }), { S3KeyPrefix: 'kept/as-code' });
    await change(() => update({ S3KeyPrefix: '' }), { S3KeyPrefix: undefined });
    await change(() => update({ EnableLogFileValidation: true }), { LogFileValidationEnabled: true });
    await change(() => update({ EnableLogFileValidation: false }), { LogFileValidationEnabled: false });
    await change(() => update({ EnableLogFileValidation: true }), { LogFileValidationEnabled: true });
    await change(() => update({ IncludeGlobalServiceEvents: false }), { IncludeGlobalServiceEvents: false });
    await change(() => update({ IsMultiRegionTrail: true }), {
      IsMultiRegionTrail: true,
      IncludeGlobalServiceEvents: true,
    });
    await change(() => update({ IsMultiRegionTrail: false, IncludeGlobalServiceEvents: true }), {
      IsMultiRegionTrail: false,
    });
    await change(() => update({ IsMultiRegionTrail: true }), { IsMultiRegionTrail: true });
    await change(() => update({ RecursiveLogging: false }), { RecursiveLogging: false });
    await change(
      () =>
        update({
          S3BucketName: 'second-logs',
          EnableLogFileValidation: false,
          RecursiveLogging: true,
        }),
      { S3BucketName: 'second-logs', LogFileValidationEnabled: false, RecursiveLogging: true },
    );
    await change(() => update({}), {});
    await change(
      () => update({ S3BucketName: 'first-logs', EnableLogFileValidation: true, RecursiveLogging: false }),
      { S3BucketName: 'first-logs', LogFileValidationEnabled: true, RecursiveLogging: false },
    );
    await change(() => client.send(new StartLoggingCommand({ Name: NAME })), { IsLogging: true });

    const basic = [
      {
        ReadWriteType: 'WriteOnly' as const,
        IncludeManagementEvents: true,
        DataResources: [
          { Type: 'AWS::S3::Object', Values: ['arn:aws:s3:::b/', 'arn:aws:s3:::a/x'] },
          { Type: 'AWS::DynamoDB::Table', Values: ['arn:aws:dynamodb'] },
        ],
        ExcludeManagementEventSources: ['rdsdata.amazonaws.com', 'kms.amazonaws.com'],
      },
    ];
    await change(() => putSelectors({ EventSelectors: basic }), {
      HasCustomEventSelectors: true,
      EventSelectors: basic,
    });
    const advanced = [
      {
        Name: 'objects',
        FieldSelectors: [
          { Field: 'resources.type', Equals: ['AWS::S3::Object'] },
          { Field: 'eventCategory', Equals: ['Data'] },
          { Field: 'resources.ARN', NotStartsWith: ['arn:aws:s3:::z/', 'arn:aws:s3:::y/'] },
        ],
      },
      {
        FieldSelectors: [
          { Field: 'eventCategory', Equals: ['Management'] },
          { Field: 'eventSource', NotEquals: ['kms.amazonaws.com'] },
        ],
      },
    ];
    await change(() => putSelectors({ AdvancedEventSelectors: advanced }), {
      EventSelectors: undefined,
      AdvancedEventSelectors: advanced,
    });
    const aggregation = [{ EventCategory: 'Data' as const, Templates: ['USER_ACTIONS' as const] }];
    const aggregate = (AggregationConfigurations: typeof aggregation) => () =>
      client.send(new PutEventConfigurationCommand({ TrailName: NAME, AggregationConfigurations }));
    await change(aggregate(aggregation), { AggregationConfigurations: aggregation });
    await change(aggregate([]), { AggregationConfigurations: [] });
    await change(
      () => client.send(new AddTagsCommand({ ResourceId: arn, TagsList: [{ Key: 'team', Value: 'ops' }] })),
      { tags: [{ Key: 'team', Value: 'ops' }] },
    );
    await change(() => client.send(new RemoveTagsCommand({ ResourceId: arn, TagsList: [{ Key: 'team' }] })), {
      tags: [],
    });
    await change(() => client.send(new StopLoggingCommand({ Name: NAME })), { IsLogging: false });

    await client.send(new DeleteTrailCommand({ Name: NAME }));
    await expect(client.send(new GetTrailCommand({ Name: NAME }))).rejects.toMatchObject({
      name: 'TrailNotFoundException',
    });
    await client.send(new CreateTrailCommand(input));
    expect(await state()).toMatchObject({ HasCustomEventSelectors: false, IsLogging: false });
  });
});
