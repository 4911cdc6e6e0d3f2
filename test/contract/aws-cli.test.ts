import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { runAws, startAws } from '../kit/aws-cli-server.ts';
import { awsEnv } from '../kit/server.ts';
import { missingTool, needing } from '../kit/tools.ts';

const missing = missingTool('aws', 'aws with AWS_ENDPOINT_URL');

/** Answers ListUsers with the key that signed, and refuses every other action. */
function answer(body: string, key: string | undefined): readonly [status: number, text: string] {
  const action = new URLSearchParams(body).get('Action');
  if (action === 'ListUsers')
    return [
      200,
      `<ListUsersResponse><ListUsersResult><Users><member><UserName>ü of ${key}</UserName></member></Users></ListUsersResult></ListUsersResponse>`,
    ];
  const error = `<Error><Code>NoSuchEntity</Code><Message>no ${action}</Message></Error>`;
  return [404, `<ErrorResponse>${error}</ErrorResponse>`];
}

describe.skipIf(missing !== undefined)(needing('the AWS CLI that is forked', missing), () => {
  let servers: Server[];
  let folder: string;

  const envOf = (server: Server, accessKeyId: string) =>
    awsEnv({
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      credentials: { accessKeyId, secretAccessKey: 'secret' },
    });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'opentrail-cli-'));
    servers = await Promise.all(
      ['one', 'two'].map(async (name) => {
        const server = createServer((request, response) => {
          let body = '';
          request.on('data', (chunk: Buffer) => (body += chunk.toString()));
          request.on('end', () => {
            const key = /Credential=(\w+)/.exec(request.headers.authorization ?? '')?.[1];
            const [status, text] = answer(body, `${key} at ${name}`);
            response.writeHead(status, { 'content-type': 'text/xml' }).end(text);
          });
        });
        await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
        return server;
      }),
    );
  });
  afterAll(async () => {
    for (const server of servers) server.close();
    await rm(folder, { recursive: true, force: true });
  });

  it.each([
    ['an answer', ['iam', 'list-users']],
    ['text', ['iam', 'list-users', '--output', 'text', '--query', 'Users[].UserName']],
    ['a refusal', ['iam', 'get-user', '--user-name', 'ü']],
    ['a wrong line', ['iam', 'get-usr']],
    ['a missing parameter', ['iam', 'get-role']],
    ['a file that is not there', ['iam', 'get-user', '--user-name', 'file://none']],
    ['a file of the folder', ['iam', 'get-user', '--user-name', 'file://name']],
    ['version', ['--version']],
  ])('says and returns what aws itself does: %s', async (_, args) => {
    await writeFile(join(folder, 'name'), 'eve');
    const options = { env: envOf(servers[0]!, 'AKONE'), cwd: folder };
    const [forked, started] = await Promise.all([runAws(args, options), startAws(args, options)]);
    expect(forked).toEqual(started);
    expect(forked.stdout + forked.stderr).not.toBe('');
  });

  it('keeps apart the servers and keys of commands that run together', async () => {
    const [one, two, refused] = await Promise.all([
      runAws(['iam', 'list-users'], { env: envOf(servers[0]!, 'AKONE') }),
      runAws(['iam', 'list-users'], { env: envOf(servers[1]!, 'AKTWO') }),
      runAws(['iam', 'get-user'], { env: envOf(servers[1]!, 'AKTWO') }),
    ]);
    const nameOf = ({ stdout }: { stdout: string }) =>
      (JSON.parse(stdout) as { Users: { UserName: string }[] }).Users[0]?.UserName;
    expect([nameOf(one), nameOf(two)]).toEqual(['ü of AKONE at one', 'ü of AKTWO at two']);
    expect([one.code, two.code, refused.stdout]).toEqual([0, 0, '']);
    expect(refused.code).toBeGreaterThan(0);
  });
});
