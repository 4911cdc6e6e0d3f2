import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';

import { memoryBuckets, recordJson } from '../../../../test/kit/trail-setup.ts';
import { alnumFrom } from '../../../base/ids.ts';
import { logFileKey } from '../delivery/log-file.ts';
import {
  digestDocument,
  digestKey,
  signDigest,
  SIGNATURE_ALGORITHM,
  type DigestFacts,
  type PreviousDigest,
} from '../digests/digest-document.ts';
import { readPublicKeys } from '../verify/public-keys.ts';
import type { Delivered, Place } from './contract.ts';

export const BUCKET = 'logs';
export const TRAIL = { name: 'all', homeRegion: 'us-east-1' };
const HOUR = 3600;

export type Signer = { readonly privateKey: KeyObject; readonly fingerprint: string };

export function makeSigner() {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const der = publicKey.export({ type: 'pkcs1', format: 'der' });
  const fingerprint = createHash('md5').update(der).digest('hex');
  const keys = readPublicKeys([{ Value: new Uint8Array(der), Fingerprint: fingerprint }]);
  return { signer: { privateKey, fingerprint }, keys };
}

/** An hour of one place as it was delivered. */
export type MadeHour = {
  readonly digest: string;
  readonly facts: DigestFacts;
  readonly logs: readonly string[];
};

export type HistoryPlan = {
  readonly signer: Signer;
  readonly places: readonly Place[];
  /** Seconds. */
  readonly start: number;
  readonly hours: number;
  /** Hours in which logging is off. */
  readonly isOff?: (hour: number) => boolean;
  readonly isQuiet?: (place: Place, hour: number) => boolean;
  /** Default: `TRAIL`. */
  readonly trail?: typeof TRAIL;
  /** Hours with a file of aggregates besides. */
  readonly isAggregated?: (place: Place, hour: number) => boolean;
  /** Further records of an hour, in the home region. */
  readonly extra?: (place: Place, hour: number) => readonly string[];
};

/** Log files and digests of a multi-region trail of several accounts, as CloudTrail delivers them: a digest an hour for each account and region. */
export function makeHistory(plan: HistoryPlan): History {
  const history = new History(plan.signer);
  for (const place of plan.places) history.add(plan, place);
  return history;
}

export class History {
  readonly memory = memoryBuckets();
  readonly made = new Map<Place, (MadeHour | undefined)[]>();
  readonly #delivered = new Map<string, Delivered[]>();
  readonly #signer: Signer;

  constructor(signer: Signer) {
    this.#signer = signer;
  }

  add(plan: HistoryPlan, place: Place): void {
    let previous: PreviousDigest | undefined;
    const mine: (MadeHour | undefined)[] = [];
    for (let hour = 0; hour < plan.hours; hour++) {
      const isOff = plan.isOff?.(hour) ?? false;
      const facts = isOff ? undefined : this.#factsOf(plan, place, { hour, previous });
      previous = facts === undefined ? undefined : this.sign(facts);
      mine.push(facts && { digest: facts.key, facts, logs: facts.logFiles.map(({ key }) => key) });
    }
    this.made.set(place, mine);
  }

  /** What was delivered to the place: may be changed. */
  delivered({ account, region }: Pick<Place, 'account' | 'region'>): Delivered[] {
    const id = `${account} ${region}`;
    const files = this.#delivered.get(id) ?? [];
    this.#delivered.set(id, files);
    return files;
  }

  put(key: string, content: string, metadata = {}): void {
    this.memory.objects.set(`${BUCKET}/${key}`, {
      bucket: BUCKET,
      key,
      body: gzipSync(content, { level: 1 }),
      contentType: 'application/json',
      metadata,
      times: 1,
    });
  }

  edit(key: string, change: (text: string) => string): void {
    const object = this.memory.objects.get(`${BUCKET}/${key}`);
    if (object !== undefined) this.put(key, change(gunzipSync(object.body).toString()), object.metadata);
  }

  remove(key: string): void {
    this.memory.objects.delete(`${BUCKET}/${key}`);
  }

  sign(facts: DigestFacts): PreviousDigest {
    const content = digestDocument(facts);
    const signature = signDigest(facts, Buffer.from(content), this.#signer.privateKey);
    this.put(facts.key, content, { signature, 'signature-algorithm': SIGNATURE_ALGORITHM });
    return { bucket: BUCKET, key: facts.key, hash: sha256(content), signature };
  }

  #factsOf(
    plan: HistoryPlan,
    place: Place,
    { hour, previous }: { hour: number; previous: PreviousDigest | undefined },
  ): DigestFacts {
    const from = plan.start + hour * HOUR;
    const folder = {
      prefix: '',
      organization: place.organization.slice(0, -1),
      account: place.account,
      region: place.region,
    };
    const records = recordsOf(plan, place, hour).map((record) => ({ record, kind: 'CloudTrail' as const }));
    const aggregates = (plan.isAggregated?.(place, hour) ?? false) ? [aggregate(place, from)] : [];
    const logFiles = [...records, ...aggregates].map(({ record, kind }, at) => {
      const unique = alnumFrom(`${place.account}${place.region}${hour}.${at}`, 16);
      const key = logFileKey({ ...folder, kind, at: (from + 300 + at * 60) * 1000, unique });
      const content = `{"Records":[${record}]}`;
      this.put(key, content);
      this.delivered(place).push({ bucket: BUCKET, key, records: 1 });
      return { bucket: BUCKET, key, hash: sha256(content), oldestSeconds: from, newestSeconds: from };
    });
    const { name: trailName, homeRegion } = plan.trail ?? TRAIL;
    const trail = { trailName, homeRegion };
    return {
      account: place.account,
      bucket: BUCKET,
      key: digestKey({ ...folder, ...trail, endSeconds: from + HOUR }),
      startSeconds: from,
      endSeconds: from + HOUR,
      fingerprint: this.#signer.fingerprint,
      previous,
      logFiles,
    };
  }
}

function aggregate({ account, region }: Place, from: number) {
  const record = recordJson({ at: from * 1000, account, region, text: 'aggregated' });
  return { record, kind: 'CloudTrail-Aggregated' as const };
}

function recordsOf(
  { start, isOff = () => false, isQuiet = () => false, extra = () => [] }: HistoryPlan,
  place: Place,
  hour: number,
): string[] {
  const from = start + hour * HOUR;
  const { account, region } = place;
  const isHome = region === TRAIL.homeRegion;
  return [
    ...(isQuiet(place, hour) ? [] : [recordJson({ at: (from + 60) * 1000, account, region, text: '' })]),
    ...(isHome && isOff(hour - 1) ? [call('StartLogging', place, from)] : []),
    ...(isHome && isOff(hour + 1) ? [call('StopLogging', place, from + HOUR - 60)] : []),
    ...extra(place, hour),
  ];
}

function call(name: string, place: Place, at: number): string {
  const record = JSON.parse(
    recordJson({
      at: at * 1000,
      account: place.account,
      region: place.region,
      name,
      source: 'cloudtrail.amazonaws.com',
    }),
  ) as object;
  return JSON.stringify({ ...record, requestParameters: { name: TRAIL.name } });
}

export function gapJson(
  place: Place,
  { from, to, count }: { from: number; to: number; count: number },
): string {
  const iso = (seconds: number) => new Date(seconds * 1000).toISOString();
  const record = JSON.parse(
    recordJson({
      at: to * 1000,
      account: place.account,
      region: place.region,
      name: 'RecordingGap',
      source: 'opentrail.amazonaws.com',
    }),
  ) as object;
  return JSON.stringify({
    ...record,
    serviceEventDetails: { from: iso(from), to: iso(to), unrecordedCalls: count, reason: 'the disk is full' },
  });
}

function sha256(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
