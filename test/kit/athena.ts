import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gunzipSync } from 'node:zlib';

import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';

import { boto3 } from './boto3.ts';
import type { Credentials, TestServer } from './server.ts';

export type AthenaAnswer = {
  readonly id: string;
  readonly state: string;
  readonly reason: string | null;
  readonly scanned: number;
  readonly type: string;
  readonly output: string;
  /** Of all pages; the header with them. */
  readonly rows: readonly (readonly (string | null)[])[];
  readonly types: readonly string[];
};

export type Ask = {
  readonly sql: string;
  readonly database?: string;
  readonly output?: string;
  readonly parameters?: readonly string[];
  readonly page?: number;
};

/** Runs statements one after another by boto3, with its paginator for what they came to. */
export function askAthena(
  server: Pick<TestServer, 'url' | 'credentials'>,
  asks: readonly Ask[],
  credentials?: Credentials,
): Promise<readonly AthenaAnswer[]> {
  return boto3<readonly AthenaAnswer[]>(
    server,
    `
import time
athena = client('athena')
answers = []
for ask in json.loads(os.environ['ASKS']):
    given = {'QueryString': ask['sql'], 'ResultConfiguration': {'OutputLocation': ask.get('output', 's3://athena-results/out/')}}
    given['QueryExecutionContext'] = {'Database': ask.get('database', 'default')}
    if 'parameters' in ask: given['ExecutionParameters'] = ask['parameters']
    try:
        id = athena.start_query_execution(**given)['QueryExecutionId']
    except ClientError as error:
        answers.append({'id': '', 'state': error.response['Error']['Code'], 'reason': error.response['Error']['Message'],
            'scanned': 0, 'type': '', 'output': '', 'rows': [], 'types': []})
        continue
    for _ in range(1200):
        found = athena.get_query_execution(QueryExecutionId=id)['QueryExecution']
        if found['Status']['State'] not in ('QUEUED', 'RUNNING'): break
        time.sleep(0.05)
    rows, types = [], []
    if found['Status']['State'] == 'SUCCEEDED':
        config = {'PageSize': ask['page']} if 'page' in ask else {}
        for page in athena.get_paginator('get_query_results').paginate(QueryExecutionId=id, PaginationConfig=config):
            types = [c['Type'] for c in page['ResultSet']['ResultSetMetadata']['ColumnInfo']]
            rows += [[d.get('VarCharValue') for d in r['Data']] for r in page['ResultSet']['Rows']]
    answers.append({'id': id, 'state': found['Status']['State'], 'reason': found['Status'].get('StateChangeReason'),
        'scanned': found.get('Statistics', {}).get('DataScannedInBytes', 0), 'type': found['StatementType'],
        'output': found['ResultConfiguration']['OutputLocation'], 'rows': rows, 'types': types})
say(answers)
`,
    { env: { ASKS: JSON.stringify(asks) }, ...(credentials === undefined ? {} : { credentials }) },
  );
}

export type LogRecord = Readonly<Record<string, unknown>> & {
  readonly eventName: string;
  readonly eventTime: string;
  readonly eventSource: string;
  readonly sourceIPAddress: string;
  readonly errorCode?: string;
  readonly userIdentity: Readonly<Record<string, unknown>> & { readonly arn?: string };
  readonly requestParameters: Readonly<Record<string, unknown>> | null;
  readonly resources?: readonly {
    readonly ARN?: string;
    readonly accountId?: string;
    readonly type?: string;
  }[];
};

export type LogFolder = {
  readonly files: readonly {
    readonly key: string;
    readonly body: Buffer;
    readonly records: readonly LogRecord[];
  }[];
  readonly records: readonly LogRecord[];
};

/** Gzipped log files below a folder, their keys as their paths there. */
export function readLogFolder(folder: string): LogFolder {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.json.gz'),
  );
  const files = names.sort().map((name) => {
    const body = readFileSync(join(folder, name));
    const { Records: records } = JSON.parse(gunzipSync(body).toString()) as { Records: LogRecord[] };
    return { key: relative('.', name), body, records };
  });
  return { files, records: files.flatMap(({ records }) => records) };
}

export async function putLogFolder(s3: S3Client, Bucket: string, { files }: LogFolder): Promise<void> {
  for (const { key: Key, body: Body } of files) await s3.send(new PutObjectCommand({ Bucket, Key, Body }));
}
