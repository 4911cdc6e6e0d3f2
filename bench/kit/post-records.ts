import { createInterface } from 'node:readline';
import { Agent, request } from 'node:http';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { once } from 'node:events';

import { signRequest } from '../../src/aws/sigv4/sign-request.ts';

/**
 * A process of its own, so that the load costs the server no more than a client on the same machine must: reads and signs every file of a folder,
 * says `ready`, and on a line of its input posts them in order; says `done` when the last was acknowledged.
 * Arguments: URL, folder, requests at once, access key, secret.
 */
const [url = '', folder = '', atOnce = '', accessKeyId = '', secretAccessKey = ''] = process.argv.slice(2);

const waiting = readdirSync(folder)
  .sort()
  .map((name) => signed(readFileSync(join(folder, name))));
const agent = new Agent({ keepAlive: true, maxSockets: Number(atOnce) });

process.stdout.write('ready\n');
await once(createInterface({ input: process.stdin }), 'line');
await Promise.all(Array.from({ length: Number(atOnce) }, sender));
process.stdout.write('done\n');
process.exit(0);

type Post = { readonly headers: Record<string, string>; readonly body: Buffer };

function signed(body: Buffer): Post {
  const signer = {
    credentials: { accessKeyId, secretAccessKey },
    service: 'opentrail',
    region: 'us-east-1',
    now: Date.now(),
  };
  const headers = { 'content-type': 'application/x-ndjson', 'content-length': String(body.length) };
  return { headers: signRequest(signer, { method: 'POST', url, headers, body }), body };
}

async function sender(): Promise<void> {
  for (let next = waiting.shift(); next; next = waiting.shift()) await post(next);
}

function post({ headers, body }: Post): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () =>
        response.statusCode === 200 ? resolve() : reject(new Error(`ingest: ${response.statusCode} ${text}`)),
      );
    });
    sent.on('error', reject).end(body);
  });
}
