import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { run } from '../../test/kit/run.ts';

export type WrkResult = {
  readonly callsPerSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly errors: number;
};

/** Signed-looking management calls: the gateway passes signatures on unseen. Each connection rests `pause` ms on average between two. */
export async function wrk(
  url: string,
  { connections = 64, seconds = 5, pause = 0, accessKeyId = 'AKIAIOSFODNN7EXAMPLE' } = {},
): Promise<WrkResult> {
  const script = join(mkdtempSync(join(tmpdir(), 'bench-wrk-')), 'calls.lua');
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '');
  writeFileSync(
    script,
    `wrk.method = "POST"
     wrk.body = '{"Limit":70}'
     wrk.headers["Content-Type"] = "application/x-amz-json-1.0"
     wrk.headers["X-Amz-Target"] = "DynamoDB_20120810.ListTables"
     wrk.headers["X-Amz-Date"] = "${day}T000000Z"
     wrk.headers["User-Agent"] = "aws-cli/2.31.4 md/awscrt#0.27.6 ua/2.1 os/linux#6.12 lang/python#3.13.7"
     wrk.headers["Authorization"] = "AWS4-HMAC-SHA256 Credential=${accessKeyId}/${day}/us-east-1/dynamodb/aws4_request, SignedHeaders=host;x-amz-date;x-amz-target, Signature=${'0'.repeat(64)}"
     ${pause > 0 ? `delay = function() return math.random(0, ${2 * pause}) end` : ''}
     done = function(summary, latency)
       local e = summary.errors
       io.write(string.format("RESULT %f %f %f %d\\n", summary.requests / summary.duration * 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000, e.connect + e.read + e.write + e.status + e.timeout))
     end`,
  );
  const { stdout, stderr } = await run('wrk', [
    '-t1',
    `-c${connections}`,
    `-d${seconds}s`,
    '-s',
    script,
    url,
  ]);
  const result = /RESULT ([\d.]+) ([\d.]+) ([\d.]+) (\d+)/.exec(stdout);
  if (!result) throw new Error(`wrk: ${stdout}${stderr}`);
  const [callsPerSecond = 0, p50 = 0, p99 = 0, errors = 0] = result.slice(1).map(Number);
  return { callsPerSecond, p50, p99, errors };
}
