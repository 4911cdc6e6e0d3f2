import { Agent, request } from 'undici';

import type { Server } from '../kit/client.ts';

export type Load = {
  /** Names of the tables whose creation was answered with 200, whole. */
  readonly acknowledged: Set<string>;
  readonly refused: Set<string>;
  readonly stop: () => Promise<void>;
};

let counter = 0;

/** Write calls through the gateway from many connections at once, each with a name of its own. */
export function startLoad(
  server: Server,
  {
    connections = 16,
    prefix,
    pause = 0,
  }: {
    readonly connections?: number;
    readonly prefix: string;
    /** Milliseconds between the calls of one connection. */ readonly pause?: number;
  },
): Load {
  const dispatcher = new Agent({ connections, pipelining: 1 });
  const acknowledged = new Set<string>();
  const refused = new Set<string>();
  let stopping = false;
  const worker = async () => {
    while (!stopping) {
      const name = `${prefix}-${++counter}`;
      try {
        const status = await createTable(server, name, dispatcher);
        if (status === 200) acknowledged.add(name);
        else refused.add(name);
        if (pause > 0 || status !== 200)
          await new Promise((resolve) => setTimeout(resolve, Math.max(pause, 5)));
      } catch {
        // The server was killed: the call is not acknowledged, and the next ones fail until the end of the round.
        if (!stopping) await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
  };
  const workers = Array.from({ length: connections }, worker);
  return {
    acknowledged,
    refused,
    stop: async () => {
      stopping = true;
      await Promise.all(workers);
      await dispatcher.destroy();
    },
  };
}

/** The gateway passes signatures on unseen, so one that names the key is enough here. */
export async function createTable(server: Server, name: string, dispatcher: Agent): Promise<number> {
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '');
  const response = await request(server.url, {
    dispatcher,
    method: 'POST',
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=${server.credentials.accessKeyId}/${day}/us-east-1/dynamodb/aws4_request, SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}`,
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'DynamoDB_20120810.CreateTable',
      'x-amz-date': `${day}T000000Z`,
      'user-agent': 'fault-test',
    },
    body: JSON.stringify({ TableName: name, BillingMode: 'PAY_PER_REQUEST' }),
  });
  await response.body.text();
  return response.statusCode;
}
