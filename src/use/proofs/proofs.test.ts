import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { AwsError } from '../../aws/errors.ts';
import { createLogger } from '../../base/log.ts';
import { openSettings } from '../../store/settings/open-settings.ts';
import type { EventColumns } from '../../record/event-record.ts';
import type { StoredEvent } from '../../store/contract.ts';
import { eventually } from '../../../test/kit/run.ts';
import { memoryBuckets } from '../../../test/kit/trail-setup.ts';
import {
  createCheckpoints,
  type CheckpointDeps,
  type Checkpoints,
} from './checkpoints/create-checkpoints.ts';
import { checkpointText, parseCheckpoint, type SignedCheckpoint } from './note/checkpoint.ts';
import { signerKeyOf } from './note/keys.ts';
import { formatNote, signText } from './note/signed-note.ts';
import { checkProof, formatProof, parseProof } from './prove/proof-file.ts';
import { proveEvent } from './prove/prove-event.ts';
import { createPublisher } from './publish/create-publisher.ts';
import type { ProofPlace } from './publish/places.ts';
import { publishTree } from './publish/publish-tree.ts';
import { proofMigrations, type ProofSettings, type ProofTables } from './settings.ts';
import { openTree, type ProofTree } from './tree/open-tree.ts';
import { testLeaf } from './tree/test-kit.ts';
import { RecordHashes, type DeliveredFile } from './verify/record-hashes.ts';
import { verifyProofs } from './verify/verify-proofs.ts';
import { startWitness, type WitnessServer } from './witness/witness-server.ts';
import { openWitnessState, type WitnessState } from './witness/witness-state.ts';

const log = createLogger('silent');
const time = { now: Date.parse('2026-11-29T10:00:00Z') };
const clock = { now: () => time.now };
const key = signerKeyOf('log.example/a', 'note', generateKeyPairSync('ed25519').privateKey);
const witnessKey = signerKeyOf('w.example', 'cosignature', generateKeyPairSync('ed25519').privateKey);
const PLACE: ProofPlace = {
  bucket: 'logs',
  folder: 'AWSLogs/123456789012',
  trails: [
    {
      arn: 'arn:aws:cloudtrail:us-east-1:123456789012:trail/t',
      account: '123456789012',
      name: 't',
      homeRegion: 'us-east-1',
      digestAt: 1,
    },
  ],
};

describe('a tree and its checkpoints', () => {
  const dir = mkdtempSync(join(tmpdir(), 'opentrail-proofs-'));
  let tree: ProofTree;
  let settings: ProofSettings;
  let close: () => Promise<void>;
  let checkpoints: Checkpoints;
  let state: WitnessState;
  let witness: WitnessServer;

  beforeAll(async () => {
    tree = await openTree(join(dir, 'tree'));
    ({ db: settings, close } = await openSettings<ProofTables>({
      path: ':memory:',
      migrations: [proofMigrations],
    }));
    state = openWitnessState(join(dir, 'seen.db'));
    witness = await startWitness(
      { state, key: witnessKey, logs: [key.verifier], clock, log },
      { host: '127.0.0.1', port: 0 },
    );
    checkpoints = createCheckpoints(deps());
    await grow(600);
  });
  afterAll(async () => {
    await checkpoints.stop();
    await witness.stop();
    state.close();
    await close();
    await tree.close();
    rmSync(dir, { recursive: true, force: true });
  });

  const deps = (given: Partial<CheckpointDeps> = {}): CheckpointDeps => ({
    tree,
    settings,
    key,
    witnesses: [{ url: witness.url, key: witnessKey.verifier }],
    quorum: 1,
    interval: 3_600_000,
    clock,
    log,
    ...given,
  });
  const grow = (to: number) =>
    tree.append(
      Array.from({ length: to - tree.size() }, (_, at) => testLeaf(tree.size() + at)),
      to,
    );
  const trust = { key: key.verifier, witnesses: [witnessKey.verifier], quorum: 1 };

  it('are signed and cosigned once for a size, and again when it grew', async () => {
    const first = await checkpoints.covering(600);
    expect([first.size, first.note.signatures.length]).toEqual([600, 2]);
    expect(await checkpoints.covering(10)).toBe(first);
    await grow(601);
    expect((await checkpoints.covering(601)).size).toBe(601);
    const [row] = await settings.selectFrom('proof_checkpoints').selectAll().execute();
    expect(row?.size).toBe(601);
  });

  it('wait for the witnesses that are asked for, and name those that do not cosign', async () => {
    const nobody = signerKeyOf('gone.example', 'cosignature', generateKeyPairSync('ed25519').privateKey);
    const witnesses = [...deps().witnesses, { url: 'http://127.0.0.1:9', key: nobody.verifier }];
    const strict = createCheckpoints(deps({ witnesses, quorum: 2 }));
    await expect(strict.covering(601)).rejects.toThrow(
      /1 of 2 witnesses cosigned: witness gone\.example|ECONNREFUSED/,
    );
    expect(strict.status()).toMatchObject({
      refusing: 1,
      failing: expect.stringContaining('1 of 2') as string,
    });
    await strict.stop();
    const lenient = createCheckpoints(deps({ witnesses }));
    expect((await lenient.covering(601)).note.signatures).toHaveLength(2);
    expect(lenient.status()).toMatchObject({ refusing: 1, cosignatures: 1, failing: undefined });
    await lenient.stop();
  });

  it('are not signed over a tree that lost or changed what was signed', async () => {
    const other = await openTree(join(dir, 'other'));
    await other.append(
      Array.from({ length: 700 }, (_, n) => testLeaf(n === 5 ? 5000 : n)),
      700,
    );
    const over = createCheckpoints(deps({ tree: other, witnesses: [], quorum: 0 }));
    await over.start();
    await expect(over.covering(700)).rejects.toThrow('no longer begins with the 601 leaves that were signed');
    await over.stop();
    await other.close();
  });

  describe('an event', () => {
    const leaf = testLeaf(42);
    const event = (raw: string, account = '111122223333'): StoredEvent => ({
      raw,
      origin: 'captured',
      columns: { account } as EventColumns,
    });
    const prove = (stored: readonly StoredEvent[], given: { id?: string; allowed?: boolean } = {}) =>
      proveEvent(
        {
          tree,
          checkpoints,
          journal: { head: () => 601 },
          events: { lookup: async () => ({ events: stored, next: undefined }) },
        },
        given.id ?? leaf.id.toUpperCase(),
        {
          accountId: '111122223333',
          signal: new AbortController().signal,
          authorize: (action) => {
            if (!given.allowed) throw new AwsError('AccessDenied', action, { status: 403 });
          },
        },
      );
    const raw = Buffer.from(leaf.raw).toString('utf8');

    it('is proven with its record, which the proof is checked with', async () => {
      const answer = await prove([event(raw)]);
      expect(answer).toMatchObject({ eventId: leaf.id, index: 42, size: 601, record: 'held' });
      const proof = parseProof(answer.proof, 'test');
      expect(formatProof(proof)).toBe(answer.proof);
      expect(Buffer.from(proof.record ?? []).toString('utf8')).toBe(raw);
      expect(checkProof(proof, leaf.raw, trust)).toMatchObject({
        valid: true,
        witnesses: [{ name: 'w.example', time: time.now / 1000 }],
      });
      expect(checkProof(proof, Buffer.from('{}'), trust)).toMatchObject({ valid: false });
      const moved = { ...proof, index: 43 };
      expect(checkProof(moved, leaf.raw, trust)).toMatchObject({ valid: false });
      expect(checkProof(proof, leaf.raw, { ...trust, quorum: 2 })).toMatchObject({
        reason: '1 of the 2 witnesses asked for cosigned its checkpoint',
      });
    });

    it('is proven when the history no longer has it, and told when it has something else', async () => {
      const gone = await prove([]);
      expect(gone.record).toBe('gone');
      expect(checkProof(parseProof(gone.proof, 'test'), leaf.raw, trust)).toMatchObject({ valid: true });
      expect((await prove([event('{"eventID":"other"}')])).record).toBe('changed');
    });

    it('of another account needs a permission of its own', async () => {
      await expect(prove([event(raw, '999999999999')])).rejects.toThrow('opentrail:AllAccounts');
      expect((await prove([event(raw, '999999999999')], { allowed: true })).record).toBe('held');
    });

    it('that never was is not found', async () => {
      await expect(prove([], { id: 'nothing' })).rejects.toThrow('No event with the ID "nothing"');
    });

    it.each([
      ['another first line', 'x\nindex 0\n\n', 'must begin with'],
      ['no index', 'c2sp.org/tlog-proof@v1\n\n', 'no index'],
      ['a negative index', 'c2sp.org/tlog-proof@v1\nindex -5\n\n', 'no index'],
      ['bad extra data', 'c2sp.org/tlog-proof@v1\nextra !!\nindex 0\n\n', 'not base64'],
      ['a long hash', `c2sp.org/tlog-proof@v1\nindex 0\n${'A'.repeat(86)}==\n\n`, 'no hash'],
      ['no checkpoint', 'c2sp.org/tlog-proof@v1\nindex 0\n', 'no checkpoint'],
    ])('with %s is no proof', (_, text, why) => {
      expect(() => parseProof(text, 'test')).toThrow(why);
    });
  });

  describe('published', () => {
    const memory = memoryBuckets();
    const publishing = () => ({
      tree,
      checkpoints,
      settings,
      buckets: memory.port,
      clock,
      head: () => tree.throughSeq(),
    });
    const FOLDER = 'AWSLogs/123456789012/CloudTrail-Proof/';
    const file = (namedAt = time.now / 1000): DeliveredFile => ({
      uri: 's3://logs/file',
      bucket: 'logs',
      key: 'file',
      place: 'AWSLogs/',
      trail: 'us-east-1_t',
      namedAt,
    });
    const content = (...records: readonly Uint8Array[]) =>
      Buffer.from(`{"Records":[${records.map((one) => Buffer.from(one).toString('utf8')).join(',')}]}`);
    const verify = async (
      given: { earlier?: SignedCheckpoint; records?: readonly Uint8Array[]; namedAt?: number } = {},
    ) => {
      const records = new RecordHashes();
      if (given.records) records.add(file(given.namedAt), content(...given.records));
      return verifyProofs({
        keys: memory.keys('CloudTrail-Proof'),
        read: async (name) => memory.objects.get(`logs/${name}`)?.body,
        uri: (name) => name,
        trust,
        earlier: given.earlier && { checkpoint: given.earlier, name: 'kept' },
        records,
        cut: async () => (given.records ?? []).map((raw) => ({ raw, id: 'id' })),
      });
    };
    const path = (end: string) => memory.keys(FOLDER).find((one) => one.endsWith(end)) ?? '';
    const changed = async (name: string, body: (before: Buffer) => Uint8Array | undefined) => {
      const id = `logs/${name}`;
      const before = memory.objects.get(id)!;
      const now = body(Buffer.from(before.body));
      if (now === undefined) memory.objects.delete(id);
      else memory.objects.set(id, { ...before, body: now });
      const report = await verify();
      memory.objects.set(id, before);
      return report.findings.map(({ kind, severity }) => [kind, severity]);
    };

    beforeAll(async () => {
      await publishTree(publishing(), PLACE);
      time.now += 60_000;
      await grow(1000);
      await publishTree(publishing(), PLACE);
    });

    it('is missed by whoever asks about it, and by nobody else', async () => {
      const nothing = { keys: [], read: async () => undefined, uri: String, trust, cut: async () => [] };
      const found = async (asked?: string) =>
        (await verifyProofs({ ...nothing, asked, records: new RecordHashes() })).findings;
      expect(await found()).toEqual([]);
      expect(await found('s3://logs')).toMatchObject([
        { kind: 'tree-not-found', severity: 'invalid', uri: 's3://logs' },
      ]);
    });

    it('is whole, and every checkpoint of it grew into the next', async () => {
      const report = await verify({ records: [testLeaf(3).raw, testLeaf(999).raw] });
      expect(report.findings).toEqual([]);
      expect(report.trees).toMatchObject([
        { origin: 'log.example/a', size: 1000, checkpoints: 3, witnesses: ['w.example'] },
      ]);
      expect(report.records).toEqual({ valid: 2, invalid: 0, unproven: 0 });
    });

    it('is put once: only tiles that are new or wider', async () => {
      const times = [...memory.objects.values()].filter(({ key: name }) => name.includes('/tile/'));
      expect(times.every((one) => one.times === 1)).toBe(true);
      const before = memory.objects.size;
      await publishTree(publishing(), PLACE);
      expect([...memory.objects.values()].filter((one) => one.key.includes('/tile/'))).toHaveLength(
        times.length,
      );
      expect(memory.objects.size).toBe(before);
    });

    it.each([
      ['a tile changed', '/tile/0/003.p/232', (before: Buffer) => before.fill(1, 0, 1), 'tree-changed'],
      ['a tile gone', '/tile/1/000.p/3', () => undefined, 'tree-changed'],
      ['the checkpoint gone', '/checkpoint', () => undefined, 'checkpoint-format'],
      ['the checkpoint garbled', '/checkpoint', () => Buffer.from('log.example/a\n'), 'checkpoint-format'],
    ])('with %s is not', async (_, end, body, kind) => {
      expect(await changed(path(end), body)).toContainEqual([kind, 'invalid']);
    });

    it('with a leaf changed in a full tile is not, when records are looked for', async () => {
      const id = `logs/${path('/tile/0/000')}`;
      const before = memory.objects.get(id)!;
      memory.objects.set(id, { ...before, body: Buffer.from(before.body).fill(9, 0, 32) });
      const report = await verify({ records: [testLeaf(1).raw] });
      memory.objects.set(id, before);
      expect(report.findings[0]).toMatchObject({ kind: 'tree-changed', severity: 'invalid' });
      expect(report.records.valid).toBe(0);
    });

    it('holds a kept checkpoint to it: a prefix, a cut-off end, another history', async () => {
      const kept = async (of: ProofTree, size: number): Promise<SignedCheckpoint> => {
        const text = checkpointText({ origin: 'log.example/a', size, root: await of.reader(size).root() });
        const time0 = time.now / 1000;
        const signatures = [signText(text, key, time0), signText(text, witnessKey, time0)];
        return parseCheckpoint(Buffer.from(formatNote({ text, signatures })), 'kept');
      };
      expect((await verify({ earlier: await kept(tree, 77) })).findings).toEqual([]);
      const forked = await openTree(join(dir, 'forked'));
      await forked.append(
        Array.from({ length: 1200 }, (_, n) => testLeaf(n + 1)),
        1200,
      );
      const kinds = async (earlier: SignedCheckpoint) =>
        (await verify({ earlier })).findings.map((one) => one.kind);
      expect(await kinds(await kept(forked, 77))).toEqual(['tree-changed']);
      expect(await kinds(await kept(forked, 1200))).toEqual(['tree-cut']);
      await forked.close();
    });

    it('names a record that is not in it, unless it came later', async () => {
      const strange = Buffer.from('{"eventVersion":"1.11","eventID":"x"}');
      const named = await verify({ records: [testLeaf(7).raw, strange] });
      expect(named.findings).toMatchObject([{ kind: 'record-not-in-tree', severity: 'invalid' }]);
      expect(named.records).toEqual({ valid: 1, invalid: 1, unproven: 0 });
      const later = await verify({ records: [strange], namedAt: time.now / 1000 + 1 });
      expect(later.findings).toMatchObject([{ kind: 'records-pending', severity: 'notice' }]);
      const older = await verify({ records: [strange], namedAt: 1 });
      expect(older.findings).toMatchObject([{ kind: 'records-older', severity: 'unproven' }]);
    });

    it('cuts records with care where a quick cut fails', async () => {
      const tricky = Buffer.from('{"eventVersion":"1.11","a":[{"b":1},{"eventVersion":"1"}]}');
      await tree.append([{ id: 'tricky', raw: tricky }], 1001);
      await publishTree(publishing(), PLACE);
      const report = await verify({ records: [testLeaf(8).raw, tricky] });
      expect([report.findings, report.records.valid]).toEqual([[], 2]);
    });

    it('reaches a bucket that works, whatever another does', async () => {
      memory.control.refuse = ({ bucket }) =>
        bucket === 'closed' ? new AwsError('AccessDenied', 'no', { status: 403 }) : undefined;
      const closed = { ...PLACE, bucket: 'closed' };
      const open = { ...PLACE, bucket: 'open' };
      const publisher = createPublisher({
        ...publishing(),
        places: async () => [closed, open],
        log,
        every: 5,
      });
      publisher.start();
      await eventually(async () =>
        [...memory.objects.keys()].some((one) => one.startsWith('open/') && one.endsWith('/checkpoint'))
          ? true
          : undefined,
      );
      memory.control.refuse = undefined;
      time.now += 120_000;
      await publisher.stop();
      expect([...memory.objects.keys()].some((one) => one.startsWith('closed/'))).toBe(true);
    });
  });
});
