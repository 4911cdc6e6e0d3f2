import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export type LoggingUpstream = {
  readonly url: string;
  /** Table names of the calls that were carried out. */ readonly executed: ReadonlySet<string>;
  readonly stop: () => Promise<void>;
};

/** Stands for a cloud: carries out every CreateTable, and keeps a log of its own to hold the trail against. */
export async function startLoggingUpstream(): Promise<LoggingUpstream> {
  const executed = new Set<string>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { TableName } = JSON.parse(Buffer.concat(chunks).toString()) as { TableName: string };
      executed.add(TableName);
      response.writeHead(200, {
        'content-type': 'application/x-amz-json-1.0',
        'x-amzn-requestid': TableName,
      });
      response.end(JSON.stringify({ TableDescription: { TableName, TableStatus: 'CREATING' } }));
    });
    request.on('error', () => response.destroy());
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    executed,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
