import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { freePort } from './free-port.ts';
import { eventually, run } from './run.ts';
import type { Credentials } from './server.ts';

export type Ceph = {
  /** The S3 gateway. */
  readonly url: string;
  /** Makes a user with that key. */
  readonly createUser: (user: string, credentials: Credentials) => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** A Ceph cluster of one machine for its S3 gateway: a monitor, one OSD in memory, `radosgw`. Everything on the loopback, gone with `stop`. */
export async function startCeph(): Promise<Ceph> {
  const dir = mkdtempSync(join(tmpdir(), 'ceph-'));
  const cluster = new Cluster(dir, {
    fsid: randomUUID(),
    monitor: await freePort(),
    gateway: await freePort(),
  });
  try {
    await cluster.start();
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return cluster;
}

type Names = { readonly fsid: string; readonly monitor: number; readonly gateway: number };

class Cluster implements Ceph {
  readonly url: string;
  readonly #dir: string;
  readonly #conf: string;
  readonly #names: Names;
  readonly #daemons: ChildProcess[] = [];

  constructor(dir: string, names: Names) {
    this.#dir = dir;
    this.#conf = join(dir, 'ceph.conf');
    this.#names = names;
    this.url = `http://127.0.0.1:${names.gateway}`;
  }

  async start(): Promise<void> {
    for (const folder of ['mon', 'osd', 'rgw', 'run']) mkdirSync(join(this.#dir, folder));
    writeFileSync(this.#conf, configuration(this.#dir, this.#names));
    const { fsid, monitor } = this.#names;
    const map = join(this.#dir, 'monmap');
    await this.#run(
      'monmaptool',
      '--create',
      '--fsid',
      fsid,
      '--addv',
      'a',
      `[v1:127.0.0.1:${monitor}]`,
      map,
    );
    await this.#run('ceph-mon', '-c', this.#conf, '--mkfs', '-i', 'a', '--monmap', map);
    this.#daemon('ceph-mon', '-i', 'a');
    const osd = randomUUID();
    const known = join(this.#dir, 'monmap-known');
    await eventually(() => this.#tried('ceph', 'mon', 'getmap', '-o', known), 60_000);
    await this.#run('ceph', '-c', this.#conf, 'osd', 'new', osd);
    await this.#run(
      ...(['ceph-osd', '-c', this.#conf, '-i', '0', '--mkfs'] as const),
      ...['--osd-uuid', osd, '--monmap', known],
    );
    this.#daemon('ceph-osd', '-i', '0');
    await eventually(() => this.#isOsdUp(), 60_000);
    this.#daemon('radosgw', '-n', 'client.rgw');
    await eventually(async () => ((await fetch(this.url)).ok ? true : undefined), 120_000);
  }

  async createUser(user: string, { accessKeyId, secretAccessKey }: Credentials): Promise<void> {
    const key = ['--access-key', accessKeyId, '--secret-key', secretAccessKey];
    await this.#run(
      ...(['radosgw-admin', '-c', this.#conf, 'user', 'create'] as const),
      ...['--uid', user, '--display-name', user, ...key],
    );
  }

  async stop(): Promise<void> {
    for (const daemon of this.#daemons.reverse()) {
      if (daemon.exitCode !== null || daemon.signalCode !== null) continue;
      const exited = once(daemon, 'exit');
      // Nothing is kept, so nothing needs an orderly end.
      daemon.kill('SIGKILL');
      await exited;
    }
    rmSync(this.#dir, { recursive: true, force: true });
  }

  #daemon(command: string, ...args: readonly string[]): void {
    this.#daemons.push(spawn(command, ['-f', '-c', this.#conf, ...args], { stdio: 'ignore' }));
  }

  async #run(command: string, ...args: readonly string[]): Promise<void> {
    const { code, stderr } = await run(command, args);
    if (code !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
  }

  /** Without it the gateway's first writes would wait longer than it waits itself. */
  async #isOsdUp(): Promise<true | undefined> {
    const { stdout } = await run('timeout', ['20', 'ceph', '-c', this.#conf, 'osd', 'stat', '-f', 'json']);
    return (JSON.parse(stdout) as { num_up_osds: number }).num_up_osds > 0 ? true : undefined;
  }

  async #tried(command: string, ...args: readonly string[]): Promise<true | undefined> {
    const { code } = await run('timeout', ['20', command, '-c', this.#conf, ...args]);
    return code === 0 ? true : undefined;
  }
}

/** No authentication between its own daemons: all of them are on the loopback of one test. */
function configuration(dir: string, { fsid, monitor, gateway }: Names): string {
  return `[global]
fsid = ${fsid}
mon host = [v1:127.0.0.1:${monitor}]
mon initial members = a
public addr = 127.0.0.1
auth cluster required = none
auth service required = none
auth client required = none
mon allow pool size one = true
mon data avail crit = 1
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon max pg per osd = 1000
run dir = ${dir}/run
admin socket = ${dir}/run/$cluster-$name.asok
log file = ${dir}/$name.log
mon data = ${dir}/mon
osd data = ${dir}/osd
osd objectstore = memstore
memstore device bytes = 1073741824
rgw data = ${dir}/rgw
rgw dns name = 127.0.0.1
[client.rgw]
rgw frontends = beast endpoint=127.0.0.1:${gateway}
`;
}
