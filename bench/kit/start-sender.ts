import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import type { TestServer } from '../../test/kit/server.ts';

const SENDER = fileURLToPath(new URL('post-records.ts', import.meta.url));
/** As the import command does: one is read while the other is stored. */
const REQUESTS_AT_ONCE = 2;

/** Posts the files of the folder when it is told to. */
export async function startSender(
  { url, credentials }: Pick<TestServer, 'url' | 'credentials'>,
  folder: string,
) {
  const { accessKeyId, secretAccessKey } = credentials;
  const child = spawn(
    process.execPath,
    [
      SENDER,
      `${url}/_ingest/records?origin=ingested`,
      folder,
      String(REQUESTS_AT_ONCE),
      accessKeyId,
      secretAccessKey,
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const said = createInterface({ input: child.stdout });
  const exited = once(child, 'exit').then(([code]) =>
    Promise.reject(new Error(`the sender ended with ${String(code)}`)),
  );
  const hear = () => Promise.race([once(said, 'line'), exited]);
  await hear();
  return {
    send: async () => {
      child.stdin.write('go\n');
      await hear();
      exited.catch(() => undefined);
    },
  };
}
