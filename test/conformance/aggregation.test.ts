import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  CreateBucketCommand,
  GetObjectCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { awsCli, type AwsCli } from '../kit/aws-cli.ts';
import { opentrailOf } from '../kit/cli.ts';
import { deliveredRecords, s3Client, trailBucketPolicy } from '../kit/client.ts';
import { eventually } from '../kit/run.ts';
import { startServer, type TestServer } from '../kit/server.ts';
import { missingTool, needing } from '../kit/tools.ts';

const missing = missingTool('aws', 'aws with AWS_ENDPOINT_URL');
const ACCOUNT = '123456789012';
const ARN = `arn:aws:cloudtrail:us-east-1:${ACCOUNT}:trail/data-trail`;
const LOGS = 'audit-logs';
const STORE = 'arn:aws:cloudtrail:us-east-1:123456789012:eventdatastore/0a1b2c3d-0000-4000-8000-00000000000f';

type Statistics = { dimension: string; statistics: { name: string; value: number }[] };
type Summary = { primaryDimension: Statistics; details: Statistics[] };

describe.skipIf(missing !== undefined)(needing('aggregated events', missing), () => {
  const data = mkdtempSync(join(tmpdir(), 'opentrail-aggregation-'));
  const env = { OPENTRAIL_DELIVERY_INTERVAL: '1s', OPENTRAIL_DIGEST_INTERVAL: '2s' };
  const began = new Date(Date.now() - 60_000).toISOString().replace(/\.\d+Z/, 'Z');
  let server: TestServer;
  let s3: S3Client;
  let cli: AwsCli;
  const start = async () => {
    server = await startServer({ data, env });
    cli = awsCli(server);
    s3 = s3Client(server);
  };
  const cloudtrail = (...args: string[]) => cli.json('cloudtrail', ...args);
  const refusal = async (...args: string[]) => {
    const { code, stderr } = await cli.run('cloudtrail', ...args);
    expect(code).not.toBe(0);
    return /\((\w+)\)/.exec(stderr)?.[1];
  };
  const holes = async () => {
    const { stdout } = await opentrailOf(server, 'coverage', 'data-trail', '--json');
    const { reports } = JSON.parse(stdout) as {
      reports: { ranges: { holes: { reason: string; uri?: string }[] }[] }[];
    };
    return reports
      .flatMap(({ ranges }) => ranges.flatMap(({ holes }) => holes))
      .filter(({ reason }) => reason !== 'logging-stopped')
      .map(({ reason, uri }) => `${reason} ${uri ?? ''}`);
  };
  const puts = async (count: number, from: number) => {
    for (let n = from; n < from + count; n++)
      await s3.send(new PutObjectCommand({ Bucket: 'ledger', Key: `entry-${n}`, Body: 'x' }));
  };

  beforeAll(async () => {
    await start();
    for (const Bucket of [LOGS, 'ledger']) await s3.send(new CreateBucketCommand({ Bucket }));
    await s3.send(new PutBucketPolicyCommand({ Bucket: LOGS, Policy: trailBucketPolicy(LOGS, ACCOUNT) }));
    await cloudtrail(
      'create-trail',
      '--name',
      'data-trail',
      '--s3-bucket-name',
      LOGS,
      '--enable-log-file-validation',
    );
  }, 90_000);
  afterAll(async () => {
    await server.stop();
    rmSync(data, { recursive: true, force: true });
  });

  it('are configured with the CLI as the user guide does, and refused with the errors of the API', async () => {
    const wanted = [
      { EventCategory: 'Data', Templates: ['API_ACTIVITY', 'RESOURCE_ACCESS', 'USER_ACTIONS'] },
    ];
    const put = ['put-event-configuration', '--trail-name', 'data-trail'];
    const aggregate = [...put, '--aggregation-configurations', JSON.stringify(wanted)];
    expect(await refusal(...aggregate)).toBe('InvalidParameterCombinationException');
    const selectors = [
      {
        ReadWriteType: 'All',
        IncludeManagementEvents: true,
        DataResources: [{ Type: 'AWS::S3::Object', Values: ['arn:aws:s3:::ledger/'] }],
      },
    ];
    await cloudtrail(
      'put-event-selectors',
      '--trail-name',
      'data-trail',
      '--event-selectors',
      JSON.stringify(selectors),
    );
    const answer = { TrailARN: ARN, AggregationConfigurations: wanted };
    expect(await cloudtrail(...aggregate)).toEqual(answer);
    expect(await cloudtrail('get-event-configuration', '--trail-name', 'data-trail')).toEqual(answer);

    expect(await refusal(...put, '--max-event-size', 'Large')).toBe('InvalidParameterCombinationException');
    expect(await refusal('get-event-configuration')).toBe('InvalidParameterCombinationException');
    expect(await refusal('get-event-configuration', '--event-data-store', STORE)).toBe(
      'EventDataStoreNotFoundException',
    );
    expect(await refusal('get-resource-policy', '--resource-arn', ARN)).toBe(
      'ResourceTypeNotSupportedException',
    );
    expect(await refusal('get-resource-policy', '--resource-arn', STORE)).toBe('ResourceNotFoundException');
    expect(await refusal('start-import', '--import-id', STORE.slice(-36))).toBe('ImportNotFoundException');
  }, 60_000);

  it('count every call once over a kill, are named by digests, and validate', async () => {
    await cloudtrail('start-logging', '--name', 'data-trail');
    await puts(20, 0);
    await server.kill();
    await start();
    await puts(15, 20);
    for (let n = 0; n < 5; n++) {
      const missed = s3.send(new GetObjectCommand({ Bucket: 'ledger', Key: `none-${n}` }));
      await expect(missed).rejects.toMatchObject({ name: 'NoSuchKey' });
    }
    await cloudtrail('stop-logging', '--name', 'data-trail');
    const summaries = await eventually(async () => {
      const records = await deliveredRecords(s3, LOGS, '', 'CloudTrail-Aggregated');
      const all = records.map(({ summary }) => summary as Summary);
      return total(all, 'eventName') >= 40 ? all : undefined;
    }, 60_000);
    expect(total(summaries, 'eventName', 'PutObject')).toBe(35);
    expect(total(summaries, 'eventName', 'GetObject')).toBe(5);
    expect(total(summaries, 'resourceARN', 'arn:aws:s3:::ledger')).toBe(40);
    expect(total(summaries, 'userIdentity')).toBe(40);
    const errors = summaries.flatMap(({ primaryDimension, details }) =>
      primaryDimension.dimension === 'eventName'
        ? details.filter(({ dimension }) => dimension === 'errorCodes').flatMap((one) => one.statistics)
        : [],
    );
    expect(errors).toEqual([{ name: 'NoSuchKey', value: 5 }]);

    // The last digest comes with the end of the logging, behind the aggregates.
    const verified = await eventually(async () => {
      const { code, stdout } = await opentrailOf(server, 'verify', 'data-trail', '--json');
      const report = JSON.parse(stdout) as { findings: unknown[]; logFiles: { valid: number } };
      return code === 0 && report.findings.length === 0 ? report : undefined;
    }, 60_000);
    const theirs = await cli.run('cloudtrail', 'validate-logs', '--trail-arn', ARN, '--start-time', began);
    expect(theirs).toMatchObject({ code: 0, stderr: '' });
    const { valid } = verified.logFiles;
    expect(theirs.stdout).toContain(`${valid}/${valid} log files valid`);
    const verbose = await cli.run(
      ...['cloudtrail', 'validate-logs', '--trail-arn', ARN, '--start-time', began, '--verbose'],
    );
    expect(verbose.stdout).toMatch(/Log file\ts3:\/\/\S+_CloudTrail-Aggregated_\S+\tvalid/);
    expect(await holes()).toEqual([]);
  }, 180_000);
});

function total(summaries: readonly Summary[], dimension: string, name?: string): number {
  return summaries
    .filter(({ primaryDimension }) => primaryDimension.dimension === dimension)
    .flatMap(({ primaryDimension }) => primaryDimension.statistics)
    .filter((one) => name === undefined || one.name === name)
    .reduce((sum, { value }) => sum + value, 0);
}
