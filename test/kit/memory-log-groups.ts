import { AwsError } from '../../src/aws/errors.ts';
import type { LogSinkPort } from '../../src/aws/ports.ts';

/** Log groups in memory; those in `groups` exist, with or without `:*` at their end. What was put under a token is put once. */
export function memoryLogGroups() {
  const groups = new Set<string>();
  const streams = new Map<string, { readonly time: number; readonly message: string }[]>();
  const tokens = new Set<string>();
  const control: { refuse: AwsError | undefined; puts: number } = { refuse: undefined, puts: 0 };
  const missing = (what: string) =>
    new AwsError('ResourceNotFoundException', `The specified log ${what} does not exist.`);
  const plain = (groupArn: string) => groupArn.replace(/:\*$/, '');
  const idOf = (to: { readonly groupArn: string; readonly stream: string }) => {
    if (control.refuse !== undefined) throw control.refuse;
    if (!groups.has(plain(to.groupArn))) throw missing('group');
    return `${plain(to.groupArn)}/${to.stream}`;
  };
  const port: LogSinkPort = {
    ensureStream: async (to) => {
      const id = idOf(to);
      if (streams.has(id)) return false;
      streams.set(id, []);
      return true;
    },
    put: async ({ events, token, ...to }) => {
      const stream = streams.get(idOf(to));
      if (stream === undefined) throw missing('stream');
      control.puts++;
      if (!tokens.has(token)) stream.push(...events);
      tokens.add(token);
      return { rejected: 0 };
    },
  };
  const messages = (groupArn: string) =>
    [...streams].filter(([id]) => id.startsWith(`${plain(groupArn)}/`)).flatMap(([, events]) => events);
  return { groups, streams, control, port, messages };
}
