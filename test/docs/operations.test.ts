import { readFileSync } from 'node:fs';

import * as cloudtrail from '@aws-sdk/client-cloudtrail';
import * as iam from '@aws-sdk/client-iam';
import * as organizations from '@aws-sdk/client-organizations';
import * as s3 from '@aws-sdk/client-s3';
import * as sns from '@aws-sdk/client-sns';
import * as sts from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startServer, type TestServer } from '../kit/server.ts';
import { NOTES } from './operation-notes.ts';
import { operationsPage } from './operations-page.ts';

const page = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');

/** `operation → state` as the page's table of a service has it. */
function documented(service: string): ReadonlyMap<string, string> {
  const [, section = ''] = page.split(`\n## ${service}\n`);
  const table = section.split('\n## ')[0] ?? '';
  return new Map(
    [...table.matchAll(/^\| (\w+) \| (served|not built) \|/gm)].map(([, name = '', state = '']) => [
      name,
      state,
    ]),
  );
}

type Clients = typeof cloudtrail | typeof iam | typeof organizations | typeof s3 | typeof sns | typeof sts;

function commandsOf(client: Clients): readonly string[] {
  return Object.keys(client)
    .filter((name) => /^[A-Z]\w+Command$/.test(name))
    .map((name) => name.slice(0, -'Command'.length));
}

it('is made from the code (npm run docs)', async () => {
  expect(page).toBe(await operationsPage());
});

it('lists every operation of the installed CloudTrail client, and no other', () => {
  const known = commandsOf(cloudtrail);
  expect(known).toHaveLength(60);
  expect([...documented('cloudtrail').keys()].sort()).toEqual(known.toSorted());
});

it('has no note about an operation that is not served', () => {
  for (const key of Object.keys(NOTES)) {
    const [service = '', name = ''] = key.split('.');
    expect([key, documented(service).get(name)]).toEqual([key, 'served']);
  }
});

describe('the running server', () => {
  let server: TestServer;
  /** Clients do not sign AssumeRoleWithSAML and its like: then the missing signature is told first. */
  const NOT_BUILT = new Set([
    'UnknownOperationException',
    'UnsupportedOperationException',
    'InvalidAction',
    'NotImplemented',
    'MissingAuthenticationToken',
  ]);
  /** Told by their host alone. */
  const ELSEWHERE = new Set(['WriteGetObjectResponse', 'ListDirectoryBuckets']);
  /** Enough for every operation to find its URL; none of it exists. */
  const INPUT = {
    Bucket: 'no-such-bucket',
    Key: 'key',
    UploadId: 'upload',
    PartNumber: 1,
    CopySource: 'no-such-bucket/key',
    Id: 'id',
    Body: 'body',
    RequestRoute: 'route',
    RequestToken: 'token',
    RenameSource: 'source',
  };

  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.stop());

  /** The name of the error that the operation is answered with; '' when it went well. */
  const answer = async (client: { send: (command: never) => Promise<unknown> }, command: unknown) => {
    try {
      await client.send(command as never);
      return '';
    } catch (error) {
      return (error as Error).name;
    }
  };

  it.each([
    ['cloudtrail', cloudtrail, cloudtrail.CloudTrailClient, {}],
    ['iam', iam, iam.IAMClient, {}],
    ['sts', sts, sts.STSClient, {}],
    ['s3', s3, s3.S3Client, INPUT],
    ['sns', sns, sns.SNSClient, {}],
    ['organizations', organizations, organizations.OrganizationsClient, {}],
  ] as const)(
    'answers the operations of %s that the page says are served, and no other',
    async (service, module, Client, input) => {
      const client = new Client({
        endpoint: server.url,
        region: 'us-east-1',
        credentials: server.credentials,
        maxAttempts: 1,
        ...(service === 's3' ? { forcePathStyle: true, disableS3ExpressSessionAuth: true } : {}),
      });
      const served: string[] = [];
      const commands = commandsOf(module).filter((name) => !ELSEWHERE.has(name));
      for (const name of commands) {
        const Command = (module as unknown as Record<string, new (input: object) => unknown>)[
          `${name}Command`
        ]!;
        const told = await answer(client as never, new Command(input));
        expect(told, name).not.toMatch(
          /^(TypeError|Error|InternalFailure|InternalError|SignatureDoesNotMatch)$/,
        );
        if (!NOT_BUILT.has(told)) served.push(name);
      }
      const page = [...documented(service)].filter(([, state]) => state === 'served').map(([name]) => name);
      expect(served.sort()).toEqual(page.sort());
      client.destroy();
    },
  );
});
