import type { Logger } from '../base/log.ts';

/** What was started, in order; `close` stops it in reverse. One part that fails to stop does not keep the others. */
export type Closing = {
  readonly add: (name: string, stop: () => Promise<void> | void) => void;
  readonly close: () => Promise<void>;
};

export function createClosing(log: Logger): Closing {
  const parts: { readonly name: string; readonly stop: () => Promise<void> | void }[] = [];
  return {
    add: (name, stop) => void parts.push({ name, stop }),
    close: async () => {
      for (let part = parts.pop(); part; part = parts.pop()) {
        try {
          await part.stop();
        } catch (error) {
          log.error({ err: error, part: part.name }, 'did not stop cleanly');
        }
      }
    },
  };
}
