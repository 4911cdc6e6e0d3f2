import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the endpoint does with what is put into a bucket: passes it on, takes it and never answers, says that it is busy. */
export type Mood = 'well' | 'silent' | 'busy';

/** An S3 by HTTP that can fail, bucket by bucket; another is behind it. */
export type S3Proxy = {
  readonly url: string;
  /** `http://HOST:PORT` of the S3 behind it. */
  target: string;
  readonly moods: Map<string, Mood>;
  /** Requests of the bucket that wait for an answer which never comes. */
  readonly waiting: (bucket: string) => number;
  readonly stop: () => Promise<void>;
};

const BUSY =
  '<?xml version="1.0" encoding="UTF-8"?><Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>';

export async function startS3Proxy(): Promise<S3Proxy> {
  const silent = new Map<string, number>();
  const moods = new Map<string, Mood>();
  const server = createServer((req, res) => {
    const bucket = (req.url ?? '').split(/[/?]/)[1] ?? '';
    const mood = req.method === 'PUT' ? moods.get(bucket) : undefined;
    if (mood === 'silent') {
      silent.set(bucket, (silent.get(bucket) ?? 0) + 1);
      res.once('close', () => silent.set(bucket, (silent.get(bucket) ?? 0) - 1));
      req.resume();
    } else if (mood === 'busy') {
      req.resume();
      res.writeHead(503, { 'content-type': 'application/xml' }).end(BUSY);
    } else passOn(proxy.target, req, res);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy: S3Proxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    target: '',
    moods,
    waiting: (bucket) => silent.get(bucket) ?? 0,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return proxy;
}

/** With all headers as they came: the signature is over `host`, too. */
function passOn(target: string, req: IncomingMessage, res: ServerResponse): void {
  const onward = request(`${target}${req.url}`, { method: req.method, headers: req.headers }, (answer) => {
    res.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(res);
  });
  onward.on('error', () => res.destroy());
  req.pipe(onward);
}
