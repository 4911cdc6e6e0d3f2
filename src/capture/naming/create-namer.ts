import type { Models } from '../../aws/models/index.ts';
import type { WireRequest } from '../../aws/protocols/protocol.ts';
import type { NamedCall } from '../captured-call.ts';

/** `bodyStart`: the first 4 KiB of a form body, where `needsBodyStart` asked for it. */
export type RequestHead = WireRequest & { readonly bodyStart?: Uint8Array | undefined };

export type Namer = {
  /** Which service and operation a request is. Never throws, never waits. */
  readonly name: (request: RequestHead) => NamedCall;
  /** Whether the operation stands in the form body: then name() needs its first 4 KiB. */
  readonly needsBodyStart: (request: WireRequest) => boolean;
  /** Whether everything that name() needs for this request is loaded. */
  readonly ready: (request: WireRequest) => boolean;
  /** Loads the model that name() needs; only REST services need theirs. Never rejects. */
  readonly prepare: (request: WireRequest) => Promise<void>;
};

export function createNamer({
  models,
  defaultRegion,
}: {
  readonly models: Models;
  readonly defaultRegion: string;
}): Namer {
  void models;
  return {
    name: (request) => {
      const target = request.headers['x-amz-target'];
      const scope = /Credential=([^/]+)\/\d+\/([^/]+)\/([^/]+)\//.exec(
        request.headers['authorization'] ?? '',
      );
      return {
        service: scope?.[3] ?? 'unknown',
        eventSource: `${scope?.[3] ?? 'unknown'}.amazonaws.com`,
        operation: target?.slice(target.lastIndexOf('.') + 1) ?? 'unknown',
        protocol: target === undefined ? 'unknown' : 'json',
        region: scope?.[2] ?? defaultRegion,
        accessKeyId: scope?.[1],
        sessionToken: request.headers['x-amz-security-token'],
        auth: scope === null ? 'none' : 'header',
        evidence: '',
      };
    },
    needsBodyStart: () => false,
    ready: () => true,
    prepare: () => Promise.resolve(),
  };
}
