import type { CallerIdentity, CapturedCall, IncomingCall, NamedCall } from '../capture/captured-call.ts';
import type { EventRecord } from './event-record.ts';

/** The doors of the record stage: `recorder.ts`, `columns.ts`, `slice-records.ts` and `identify/directory.ts` fulfil these types. */

/** `createRecorder(deps)` in recorder.ts. */
export type Recorder = {
  /**
   * The record of a finished call. Answers at once when everything it needs is loaded, else after loading (a service's model, its access levels,
   * an own key). Never throws and never rejects because of what a call contains. Keys that the call created are known to the very next `build`.
   */
  readonly build: (call: CapturedCall) => EventRecord | Promise<EventRecord>;
  /** The record as it stands if nothing more is ever known: `additionalEventData.outcome` is `unknown`. */
  readonly buildIntent: (incoming: IncomingCall) => EventRecord;
  readonly kindOf: (named: Pick<NamedCall, 'service' | 'operation'>) => CallKind;
  /** Loads the models and access levels of services ahead of their first call. */
  readonly warm: (services: readonly string[]) => Promise<void>;
};

export type CallKind = { readonly readOnly: boolean; readonly category: 'Management' | 'Data' };

/** `createIdentityDirectory(deps)` in identify/directory.ts. */
export type IdentityDirectory = {
  /** Who owns a key, as `userIdentity` wants it; undefined when nobody told. Synchronous for learned keys. */
  readonly identify: (
    accessKeyId: string,
    sessionToken: string | undefined,
  ) => CallerIdentity | undefined | Promise<CallerIdentity | undefined>;
  /** A key that an answer flowing by gave out: known at once, written to the settings soon after. `expiresAt` in ms. */
  readonly learnKey: (accessKeyId: string, identity: CallerIdentity, expiresAt?: number) => void;
  /** A user's or role's unique id (`AIDA…`, `AROA…`) by its ARN, so that keys learned later can name it. */
  readonly learnPrincipal: (arn: string, uniqueId: string) => void;
  readonly principal: (
    accountId: string,
    kind: 'user' | 'role',
    name: string,
  ) => { readonly arn: string; readonly uniqueId: string } | undefined;
  /** The configured ARN of the first of these names of another cloud's users that has one. */
  readonly foreign: (...names: readonly (string | undefined)[]) => string | undefined;
  /** How many keys are known. */
  readonly size: () => number;
  /** Resolves when everything learned so far is durable. */
  readonly flush: () => Promise<void>;
  /** Flushes and stops writing. */
  readonly stop: () => Promise<void>;
};

/** What `parseRecords` (slice-records.ts) yields: a record with its exact bytes, or what is wrong at which byte of the input. */
export type SlicedRecord =
  | { readonly raw: Uint8Array; readonly record: Readonly<Record<string, unknown>> }
  | { readonly problem: string; readonly offset: number };
