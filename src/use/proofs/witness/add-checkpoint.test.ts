import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { checkpointText } from '../note/checkpoint.ts';
import { signerKeyOf, type SignerKey } from '../note/keys.ts';
import { formatNote, parseSignature, signText, verifySignature } from '../note/signed-note.ts';
import { openTree, type ProofTree } from '../tree/open-tree.ts';
import { testLeaf } from '../tree/test-kit.ts';
import { addCheckpoint } from './add-checkpoint.ts';
import { openWitnessState, type WitnessState } from './witness-state.ts';

const keyOf = (name: string, type: 'note' | 'cosignature') =>
  signerKeyOf(name, type, generateKeyPairSync('ed25519').privateKey);

describe('a witness', () => {
  const dir = mkdtempSync(join(tmpdir(), 'opentrail-witness-'));
  const clock = { now: () => 1_700_000_000_000 };
  const log = keyOf('log.example/a', 'note');
  const key = keyOf('witness.example/w', 'cosignature');
  let tree: ProofTree;
  let forked: ProofTree;
  let state: WitnessState;

  beforeAll(async () => {
    tree = await grown('tree', (n) => testLeaf(n));
    forked = await grown('forked', (n) => testLeaf(n === 3 ? 1_000_000 : n));
    state = openWitnessState(join(dir, 'seen.db'));
  });
  afterAll(async () => {
    await tree.close();
    await forked.close();
    state.close();
    rmSync(dir, { recursive: true, force: true });
  });

  async function grown(name: string, leaf: typeof testLeaf): Promise<ProofTree> {
    const made = await openTree(join(dir, name));
    await made.append(
      Array.from({ length: 50 }, (_, n) => leaf(n)),
      50,
    );
    return made;
  }
  async function submit(given: {
    old: number;
    size: number;
    of?: ProofTree;
    signer?: SignerKey;
    path?: Buffer[];
  }) {
    const { old, size, of = tree, signer = log } = given;
    const reader = of.reader(size);
    const text = checkpointText({ origin: signer.verifier.name, size, root: await reader.root() });
    const path = given.path ?? (await reader.consistency(Math.min(old, size)));
    const lines = [`old ${old}`, ...path.map((hash) => hash.toString('base64')), ''];
    const note = formatNote({ text, signatures: [signText(text, signer, 0)] });
    const deps = { state, key, logs: [log.verifier], clock };
    return { text, ...addCheckpoint(deps, Buffer.from(`${lines.join('\n')}\n${note}`)) };
  }

  it('cosigns the first tree it sees, with the time', async () => {
    const { status, body, text } = await submit({ old: 0, size: 10 });
    expect(status).toBe(200);
    const signature = parseSignature(body.trimEnd())!;
    expect(verifySignature(text, signature, key.verifier)?.time).toBe(1_700_000_000);
  });

  it('tells where it is to whoever begins elsewhere', async () => {
    for (const old of [0, 9, 11]) {
      const { status, contentType, body } = await submit({ old, size: 20 });
      expect([status, contentType, body]).toEqual([409, 'text/x.tlog.size', '10\n']);
    }
  });

  it('cosigns growth, the same size once more, and nothing smaller', async () => {
    expect((await submit({ old: 10, size: 20 })).status).toBe(200);
    expect((await submit({ old: 20, size: 20 })).status).toBe(200);
    expect((await submit({ old: 10, size: 10 })).status).toBe(409);
    expect((await submit({ old: 20, size: 10 })).status).toBe(400);
  });

  it('refuses a history that was rewritten, whatever the proof', async () => {
    expect((await submit({ old: 20, size: 30, of: forked })).status).toBe(422);
    expect((await submit({ old: 20, size: 20, of: forked })).status).toBe(409);
    const path = await tree.reader(30).consistency(20);
    expect((await submit({ old: 20, size: 30, of: forked, path })).status).toBe(422);
    expect((await submit({ old: 20, size: 30, path: [] })).status).toBe(422);
  });

  it('remembers after a restart', async () => {
    state.close();
    state = openWitnessState(join(dir, 'seen.db'));
    expect((await submit({ old: 0, size: 30, of: forked })).body).toBe('20\n');
    expect((await submit({ old: 20, size: 30 })).status).toBe(200);
  });

  it('knows its logs by name and key', async () => {
    expect((await submit({ old: 0, size: 5, signer: keyOf('log.example/b', 'note') })).status).toBe(404);
    expect((await submit({ old: 30, size: 40, signer: keyOf('log.example/a', 'note') })).status).toBe(403);
  });

  it.each([
    '',
    'old\n\n',
    'old 01\n\nx',
    'old 1\nAAAA\n\nx',
    'old 1\n\nno checkpoint',
    `old 1\n${'A\n'.repeat(70)}\nx`,
  ])('takes %j for no submission', (body) => {
    const deps = { state, key, logs: [log.verifier], clock };
    expect(addCheckpoint(deps, Buffer.from(body)).status).toBe(400);
  });
});
