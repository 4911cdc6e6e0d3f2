import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { json } from 'node:stream/consumers';

import { runAws } from './aws-cli-server.ts';

/** An `aws` for shells: what they type runs as `runAws` does, without a second of imports for each command. */
export type AwsOnPath = {
  /** To stand before all else in PATH. */
  readonly folder: string;
  readonly close: () => void;
};

type Asked = { readonly args: string[]; readonly env: Record<string, string>; readonly cwd: string };

/** Says what it was asked, and repeats what it is told. It loads no site packages: a start of 20 ms. */
const script = (socket: string) => `#!/usr/bin/env -S python3 -SE
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as asked:
    asked.connect(${JSON.stringify(socket)})
    asked.sendall(json.dumps({"args": sys.argv[1:], "env": dict(os.environ), "cwd": os.getcwd()}).encode())
    asked.shutdown(socket.SHUT_WR)
    told = json.loads(b"".join(iter(lambda: asked.recv(65536), b"")))
sys.stdout.write(told["stdout"])
sys.stderr.write(told["stderr"])
sys.exit(told["code"])
`;

export async function awsOnPath(): Promise<AwsOnPath> {
  const folder = mkdtempSync(join(tmpdir(), 'opentrail-aws-'));
  const socket = join(folder, 'socket');
  const server = createServer({ allowHalfOpen: true }, (connection) => {
    answer(connection, folder).catch((error: unknown) => connection.destroy(error as Error));
  });
  await once(server.listen(socket), 'listening');
  writeFileSync(join(folder, 'aws'), script(socket), { mode: 0o755 });
  return {
    folder,
    close: () => {
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function answer(connection: Socket, folder: string): Promise<void> {
  connection.on('error', () => undefined);
  const { args, env, cwd } = (await json(connection)) as Asked;
  // Where the CLI runs as itself, it is not this one that is found.
  const PATH = (env['PATH'] ?? '')
    .split(delimiter)
    .filter((one) => one !== folder)
    .join(delimiter);
  connection.end(JSON.stringify(await runAws(args, { env: { ...env, PATH }, cwd })));
}
