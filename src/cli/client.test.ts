import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { serverAccess } from './client.ts';
import { exportLines } from './env.ts';
import { newPassword } from './users/new-password.ts';

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'opentrail-cli-'));
});

afterEach(() => rm(dir, { recursive: true }));

const file = (name: string, text: string) => writeFile(join(dir, name), text);
const admin = () =>
  file(
    'credentials',
    '# a comment\n[other]\naws_access_key_id=X\n[default]\naws_access_key_id = AKIA1\nAWS_SECRET_ACCESS_KEY=a=b\nregion = eu-west-1\n',
  );
const variables = {
  AWS_ENDPOINT_URL: 'http://10.0.0.1:1',
  AWS_ACCESS_KEY_ID: 'K',
  AWS_SECRET_ACCESS_KEY: 'S',
  AWS_SESSION_TOKEN: 'T',
  AWS_REGION: 'us-west-2',
};

describe('serverAccess', () => {
  it('takes the administrator and the address of the data folder that is named', async () => {
    await admin();
    await file('endpoint', 'http://127.0.0.1:5000\n');
    expect(await serverAccess({ data: dir }, variables)).toEqual({
      endpoint: 'http://127.0.0.1:5000',
      region: 'eu-west-1',
      credentials: { accessKeyId: 'AKIA1', secretAccessKey: 'a=b' },
    });
  });

  it('takes the default address while the server has not said its own, or said nonsense', async () => {
    await admin();
    expect((await serverAccess({ data: dir }, {})).endpoint).toBe('http://127.0.0.1:4680');
    await file('endpoint', 'rm -rf /\n');
    expect((await serverAccess({ data: dir }, {})).endpoint).toBe('http://127.0.0.1:4680');
  });

  it('takes the AWS variables when no folder is named', async () => {
    expect(await serverAccess({}, { ...variables, OPENTRAIL_DATA: dir })).toEqual({
      endpoint: 'http://10.0.0.1:1',
      region: 'us-west-2',
      credentials: { accessKeyId: 'K', secretAccessKey: 'S', sessionToken: 'T' },
    });
  });

  it('never sends keys to AWS itself: without an endpoint the variables are not taken', async () => {
    const { AWS_ENDPOINT_URL: _, ...others } = variables;
    await expect(serverAccess({}, { ...others, OPENTRAIL_DATA: dir })).rejects.toMatchObject({
      code: 'BAD_ARGUMENT',
    });
    await admin();
    expect((await serverAccess({}, { ...others, OPENTRAIL_DATA: dir })).credentials.accessKeyId).toBe(
      'AKIA1',
    );
  });

  it('says which file is missing or holds no key', async () => {
    await expect(serverAccess({ data: dir }, {})).rejects.toThrow(
      `${join(dir, 'credentials')}: there is no such file`,
    );
    await file('credentials', '[default]\n');
    await expect(serverAccess({ data: dir }, {})).rejects.toThrow(/no \[default\] profile/);
  });
});

describe('the lines of env', () => {
  const access = {
    endpoint: 'http://127.0.0.1:4680',
    region: 'us-east-1',
    credentials: { accessKeyId: 'A', secretAccessKey: 'S' },
  };

  it('forget a session and a profile of before', () => {
    expect(exportLines(access)).toEqual([
      'export AWS_ENDPOINT_URL=http://127.0.0.1:4680',
      'export AWS_ACCESS_KEY_ID=A',
      'export AWS_SECRET_ACCESS_KEY=S',
      'unset AWS_SESSION_TOKEN',
      'export AWS_REGION=us-east-1',
      'export AWS_DEFAULT_REGION=us-east-1',
      'unset AWS_PROFILE',
    ]);
  });

  it('quote what a shell would read otherwise', () => {
    const lines = exportLines({
      ...access,
      credentials: { accessKeyId: 'A', secretAccessKey: "a'$(b) c", sessionToken: 'x+/=y' },
    });
    expect(lines).toContain(`export AWS_SECRET_ACCESS_KEY='a'\\''$(b) c'`);
    expect(lines).toContain('export AWS_SESSION_TOKEN=x+/=y');
  });
});

describe('newPassword', () => {
  it('has each kind of character that the password policy wants', () => {
    const drawn = ['aaaaaaaaaaaaaaaaaaaa', 'AAAAAAAAAAaaaaaaaaaa', 'Aa3aaaaaaaaaaaaaaaaa'];
    expect(newPassword(() => drawn.shift() ?? '')).toBe('Aa3aaaaaaaaaaaaaaaaa');
    expect(newPassword()).toMatch(/^[A-Za-z0-9]{20}$/);
  });
});
