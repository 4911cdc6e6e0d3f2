import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gunzipSync, gzipSync } from 'node:zlib';

import { CloudTrailClient, ListTrailsCommand } from '@aws-sdk/client-cloudtrail';
import { DeleteObjectCommand, HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { awsCli, type AwsCli } from '../kit/aws-cli.ts';
import { jsonCall, s3Client } from '../kit/client.ts';
import { eventually } from '../kit/run.ts';
import { startServer, type Credentials, type TestServer } from '../kit/server.ts';
import { startReceiver, type Receiver } from '../kit/sns-receiver.ts';
import { keysIn, readObject, writeObject, type Stored } from '../kit/stored-objects.ts';
import { missingTool, needing } from '../kit/tools.ts';
import { GROUP, makeEverything, MASTER, REGION, type Everything } from '../kit/trail-everything.ts';

const missing = missingTool('aws', 'aws with AWS_ENDPOINT_URL');
const BUCKET = 'org-logs';
const PATIENCE = 60_000;
const DAY = 86_400_000;
const REGIONS = [REGION, 'eu-west-1'];

/**
 * Two trails with all that a trail can have at once: one of an organization with a key, a prefix, a topic and a log group, one of its own in
 * all regions. Both go on over a stop and start, of logging and of the server, while a new key begins to sign.
 */
describe.skipIf(missing !== undefined)(needing('a trail with everything', missing), () => {
  const data = mkdtempSync(join(tmpdir(), 'opentrail-everything-'));
  const started = new Date(Date.now() - 60_000).toISOString().replace(/\.\d+Z/, 'Z');
  let server: TestServer;
  let receiver: Receiver;
  let s3: S3Client;
  let cli: AwsCli;
  let made: Everything;

  const start = async () => {
    server = await startServer({
      data,
      env: {
        OPENTRAIL_DELIVERY_INTERVAL: '1s',
        OPENTRAIL_DIGEST_INTERVAL: '1s',
        OPENTRAIL_WEBHOOK_ALLOW: '127.0.0.0/8',
      },
    });
    s3?.destroy();
    s3 = s3Client(server);
    cli = awsCli(server);
  };
  const settings = (...statements: string[]) => {
    const db = new DatabaseSync(join(data, 'settings.db'));
    for (const statement of statements) db.exec(statement);
    db.close();
  };
  const ask = async (operation: string, input: object) => {
    const { status, body } = await jsonCall(server, `CloudTrail_20131101.${operation}`, input);
    expect([operation, status, body]).toEqual([operation, 200, expect.anything()]);
    return body;
  };
  const keys = async (prefix: string) =>
    (await keysIn(s3, BUCKET, prefix)).filter((key) => key.endsWith('.json.gz'));
  const get = (key: string) => readObject(s3, BUCKET, key);
  const put = (object: Stored) => writeObject(s3, BUCKET, object);
  const jsonOf = async (key: string) =>
    JSON.parse(gunzipSync((await get(key)).body).toString()) as Record<string, unknown>;
  type Recorded = { eventName: string; awsRegion: string; recipientAccountId: string; eventID: string };
  const recordsIn = async (prefix: string) => {
    const files = (await keys(prefix)).filter((key) => key.includes('/CloudTrail/'));
    return (await Promise.all(files.map(jsonOf))).flatMap((file) => file['Records'] as Recorded[]);
  };

  /** A call by each account in each region; resolves once all of it is in files and digests, and logging has stopped. */
  const aStretch = async (digests = 1) => {
    for (const name of ['all', 'own']) await ask('StartLogging', { Name: name });
    const before = new Map<string, number>();
    for (const place of places()) before.set(place.logs, (await keys(`${place.logs}/`)).length);
    await Promise.all(REGIONS.flatMap((region) => [callIn(region), callIn(region, made.credentials)]));
    for (const place of places())
      await eventually(
        async () =>
          (await keys(`${place.logs}/`)).length > (before.get(place.logs) ?? 0) ? true : undefined,
        PATIENCE,
      );
    await eventually(
      async () => ((await keys(`${places()[2]!.digests}/`)).length >= digests ? true : undefined),
      PATIENCE,
    );
    for (const name of ['all', 'own']) await ask('StopLogging', { Name: name });
    await eventually(async () => {
      for (const { logs, digests } of places()) {
        const named = (await Promise.all((await keys(`${digests}/`)).map(jsonOf))).flatMap((digest) =>
          (digest['logFiles'] as { s3Object: string }[]).map(({ s3Object }) => s3Object),
        );
        const files = await keys(`${logs}/`);
        if (files.some((file) => !named.includes(file))) return undefined;
      }
      return true;
    }, PATIENCE);
  };
  const callIn = async (region: string, credentials: Credentials = server.credentials) => {
    const client = new CloudTrailClient({ endpoint: server.url, region, credentials });
    await client.send(new ListTrailsCommand({}));
    client.destroy();
  };
  /** Where each account's files of each region are. */
  const places = () =>
    REGIONS.flatMap((region) =>
      [
        `kept/AWSLogs/${made.organization}/${MASTER}`,
        `kept/AWSLogs/${made.organization}/${made.member}`,
        `own/AWSLogs/${MASTER}`,
      ].map((folder) => ({
        logs: `${folder}/CloudTrail/${region}`,
        digests: `${folder}/CloudTrail-Digest/${region}`,
      })),
    );
  const validate = (trail: string, ...more: string[]) =>
    cli.run(
      ...['cloudtrail', 'validate-logs', '--start-time', started, '--verbose'],
      ...['--trail-arn', `arn:aws:cloudtrail:${REGION}:${MASTER}:trail/${trail}`, ...more],
    );
  const uri = (key: string) => `s3://${BUCKET}/${key}`;

  beforeAll(async () => {
    [receiver] = await Promise.all([startReceiver(), start()]);
    made = await makeEverything(server, { bucket: BUCKET, receiver });
    await ask('CreateTrail', {
      Name: 'all',
      S3BucketName: BUCKET,
      S3KeyPrefix: 'kept',
      KmsKeyId: made.keyArn,
      SnsTopicName: 'deliveries',
      CloudWatchLogsLogGroupArn: made.groupArn,
      CloudWatchLogsRoleArn: made.roleArn,
      IsOrganizationTrail: true,
      IsMultiRegionTrail: true,
      EnableLogFileValidation: true,
    });
    await ask('CreateTrail', {
      Name: 'own',
      S3BucketName: BUCKET,
      S3KeyPrefix: 'own',
      KmsKeyId: made.keyArn,
      IsMultiRegionTrail: true,
      EnableLogFileValidation: true,
    });
    await aStretch();
    await server.stop();
    // As if the key had been made a month ago, all but hours.
    settings(
      `UPDATE trail_digest_keys SET valid_from = valid_from - ${29.9 * DAY}, valid_to = valid_to - ${29.9 * DAY}`,
    );
    await start();
    // Enough of them for each kind of tampering.
    await aStretch(9);
  }, 300_000);
  afterAll(async () => {
    s3?.destroy();
    await server?.stop();
    await receiver?.stop();
    rmSync(data, { recursive: true, force: true });
  });

  it('puts each event of each account once into a file, encrypted with the key', async () => {
    for (const { logs } of places()) {
      const [, account = '', region = ''] = /\/(\d{12})\/CloudTrail\/(.*)$/.exec(logs) ?? [];
      const records = await recordsIn(`${logs}/`);
      expect(records.filter(({ eventName }) => eventName === 'ListTrails')).toHaveLength(2);
      for (const record of records)
        expect(record).toMatchObject({ awsRegion: region, recipientAccountId: account });
      expect(new Set(records.map(({ eventID }) => eventID)).size).toBe(records.length);
    }
    for (const Key of [...(await keys('kept/')), ...(await keys('own/'))])
      expect(await s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key }))).toMatchObject({
        ServerSideEncryption: 'aws:kms',
        SSEKMSKeyId: made.keyArn,
      });
  });

  it('tells its topic each file of the organization once, and its log group each event', async () => {
    const files = (await keys('kept/')).filter((key) => key.includes('/CloudTrail/')).sort();
    const heard = await eventually(async () => {
      const messages = receiver.of('Notification').map(({ json }) => String(json['Message']));
      const named = messages
        .filter((text) => text.startsWith('{'))
        .flatMap((text) => (JSON.parse(text) as { s3ObjectKey: string[] }).s3ObjectKey);
      return files.every((file) => named.includes(file)) ? named : undefined;
    }, PATIENCE);
    expect(new Set(heard).size).toBe(heard.length);
    const inFiles = (await recordsIn('kept/AWSLogs/')).map(({ eventID }) => eventID);
    const idOf = ({ message }: { message: string }) => (JSON.parse(message) as Recorded).eventID;
    const inGroup = await eventually(async () => {
      const { body } = await jsonCall(
        server,
        'Logs_20140328.FilterLogEvents',
        { logGroupName: GROUP, limit: 10_000 },
        { service: 'logs' },
      );
      const events = body['events'] as { message: string; logStreamName: string }[];
      // What the trail's deliveries themselves cause is there at once, and in files with the next call.
      const ids = new Set(events.map(idOf));
      return inFiles.every((id) => ids.has(id)) ? events : undefined;
    }, PATIENCE);
    expect(new Set(inGroup.map(idOf)).size).toBe(inGroup.length);
    const streams = new Set(inGroup.map(({ logStreamName }) => logStreamName));
    for (const account of [MASTER, made.member])
      expect([...streams].some((name) => name.includes(account))).toBe(true);
    const status = await ask('GetTrailStatus', { Name: 'all' });
    expect(status).not.toHaveProperty('LatestDeliveryError');
    expect(status).not.toHaveProperty('LatestNotificationError');
    expect(status).not.toHaveProperty('LatestCloudWatchLogsDeliveryError');
  });

  it('is valid for every account and region, before and after the new key', async () => {
    const runs = [
      { ran: validate('all', '--account-id', made.member, '--region', 'eu-west-1'), place: 4 },
      { ran: validate('all', '--account-id', MASTER), place: 0 },
      { ran: validate('own', '--region', 'eu-west-1'), place: 5 },
      { ran: validate('own'), place: 2 },
    ];
    for (const { ran, place } of runs) {
      const { code, stdout, stderr } = await ran;
      expect(code).toBe(0);
      // While logging was stopped; the CLI says so without calling anything invalid.
      expect(stderr).toMatch(/^\s*No log files were delivered by CloudTrail between \S+ and \S+\s*$/);
      const { logs, digests } = places()[place]!;
      const [files, chain] = [await keys(`${logs}/`), await keys(`${digests}/`)];
      expect(stdout).toContain(`${chain.length}/${chain.length} digest files valid`);
      expect(stdout).toContain(`${files.length}/${files.length} log files valid`);
      const signers = (await Promise.all(chain.map(jsonOf))).map((one) => one['digestPublicKeyFingerprint']);
      expect(new Set(signers).size).toBe(2);
    }
  });

  it('has each kind of tampering named, all in one run', async () => {
    const { digests } = places()[2]!;
    const chain = await keys(`${digests}/`);
    const [unsigned = '', moved = '', changed = '', removed = ''] = chain.slice(-5, -1);
    const early = (await Promise.all(chain.slice(0, -5).map(jsonOf))).flatMap((digest) =>
      (digest['logFiles'] as { s3Object: string }[]).map(({ s3Object }) => s3Object),
    );
    const [harmed = '', gone = ''] = early;
    expect([gone, unsigned]).not.toContain('');
    const kept = await Promise.all([unsigned, moved, changed, removed, harmed, gone].map(get));
    const [unsignedOne, , changedOne, , harmedOne] = kept as [Stored, Stored, Stored, Stored, Stored];
    await put({ ...unsignedOne, metadata: {} });
    // Another digest of the chain, signature and all, in this one's place.
    await put({ ...(await get(chain[0] ?? '')), key: moved });
    await put({ ...changedOne, body: gzipSync(`${gunzipSync(changedOne.body).toString()} `) });
    await put({ ...harmedOne, body: gzipSync(`${gunzipSync(harmedOne.body).toString()} `) });
    for (const Key of [removed, gone]) await s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key }));
    const { code, stderr } = await validate('own');
    for (const one of kept) await put(one);
    expect(code).toBe(1);
    const told = stderr.split('\n').filter((line) => line.includes('INVALID'));
    expect(told.sort()).toEqual(
      [
        `Digest file\t${uri(removed)}\tINVALID: not found`,
        `Digest file\t${uri(changed)}\tINVALID: signature verification failed`,
        `Digest file\t${uri(moved)}\tINVALID: has been moved from its original location`,
        `Digest file\t${uri(unsigned)}\tINVALID: signature verification failed`,
        `Log file\t${uri(harmed)}\tINVALID: hash value doesn't match`,
        `Log file\t${uri(gone)}\tINVALID: not found`,
      ].sort(),
    );
  });

  it('has the digests named whose key nobody knows any more', async () => {
    const { digests } = places()[5]!;
    const chain = await Promise.all(
      (await keys(`${digests}/`)).map(async (key) => ({ key, digest: await jsonOf(key) })),
    );
    const fingerprint = String(chain[0]?.digest['digestPublicKeyFingerprint']);
    settings(`DELETE FROM trail_digest_keys WHERE fingerprint = '${fingerprint}'`);
    const { code, stderr } = await validate('own', '--region', 'eu-west-1');
    expect(code).toBe(1);
    const unknown = chain.filter(({ digest }) => digest['digestPublicKeyFingerprint'] === fingerprint);
    expect(
      stderr
        .split('\n')
        .filter((line) => line.includes('INVALID'))
        .sort(),
    ).toEqual(
      unknown
        .map(
          ({ key }) =>
            `Digest file\t${uri(key)}\tINVALID: public key not found in region ${REGION} for fingerprint ${fingerprint}`,
        )
        .sort(),
    );
  });
});
