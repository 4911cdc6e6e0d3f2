import { IAMClient } from '@aws-sdk/client-iam';

import { callServer, sdkOptions, serverAccess } from '../client.ts';

export type UsersOptions = { readonly data?: string; readonly json?: boolean };

export type IamAccess = {
  readonly client: IAMClient;
  /** Waits for a call; throws SERVER_UNREACHABLE or SERVER_REFUSED. */
  readonly call: <Output>(sent: Promise<Output>) => Promise<Output>;
  /** The same, with undefined for what does not exist. */
  readonly callIfThere: <Output>(sent: Promise<Output>) => Promise<Output | undefined>;
};

export async function iamAccess(options: UsersOptions): Promise<IamAccess> {
  const server = await serverAccess(options);
  return {
    client: new IAMClient(sdkOptions(server)),
    call: (sent) => callServer(server, sent),
    callIfThere: (sent) => callServer(server, sent.catch(absent)),
  };
}

function absent(error: unknown): undefined {
  if (!(error instanceof Error && error.name.startsWith('NoSuchEntity'))) throw error;
}

/** One JSON object, or lines of text for people. */
export function print(options: UsersOptions, value: Readonly<Record<string, unknown>>, text: string): void {
  process.stdout.write(options.json === true ? `${JSON.stringify(value)}\n` : `${text}\n`);
}
