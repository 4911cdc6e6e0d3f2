import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { freePort } from '../../test/kit/free-port.ts';

export type Nginx = { readonly url: string; readonly pid: number; readonly stop: () => Promise<void> };

/** nginx with one worker; `server` is what stands in its server block. */
export async function startNginx(server: string, http = ''): Promise<Nginx> {
  const dir = mkdtempSync(join(tmpdir(), 'bench-nginx-'));
  const port = await freePort();
  writeFileSync(
    join(dir, 'nginx.conf'),
    `worker_processes 1; daemon off; pid ${dir}/pid; error_log ${dir}/error.log;
     events { worker_connections 1024; }
     http { access_log off; client_body_temp_path ${dir}/body; proxy_temp_path ${dir}/proxy; fastcgi_temp_path ${dir}/f; uwsgi_temp_path ${dir}/u; scgi_temp_path ${dir}/s;
       keepalive_requests 1000000; ${http.replaceAll('DIR', dir)}
       server { listen 127.0.0.1:${port}; ${server.replaceAll('DIR', dir)} } }`,
  );
  const child = spawn('nginx', ['-p', dir, '-c', join(dir, 'nginx.conf')], { stdio: 'ignore' });
  await listening(port);
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    stop: async () => {
      child.kill('SIGQUIT');
      await once(child, 'exit');
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** A cloud that answers every call at once with 1 KB of JSON. */
export function startUpstream(): Promise<Nginx> {
  const body = JSON.stringify({
    TableNames: Array.from({ length: 70 }, (_, index) => `table-${1000 + index}`),
  }).padEnd(1024, ' ');
  return startNginx(
    `default_type application/x-amz-json-1.0; add_header x-amzn-requestid $request_id; location / { return 200 '${body}'; }`,
  );
}

/** The rival: passes everything on to `upstream`, and writes an access log. */
export function startProxy(upstream: string): Promise<Nginx> {
  const host = upstream.replace('http://', '');
  return startNginx(
    'location / { access_log DIR/access.log combined; proxy_pass http://up; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host; }',
    `upstream up { server ${host}; keepalive 128; keepalive_requests 1000000; }`,
  );
}

async function listening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const isUp = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => (socket.destroy(), resolve(true)));
      socket.once('error', () => resolve(false));
    });
    if (isUp) return;
    await sleep(50);
  }
  throw new Error('nginx does not listen');
}
