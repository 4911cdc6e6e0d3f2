import { open, type FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';

import { z } from 'zod';

import type { Gap } from './contract.ts';

/**
 * The gap file has its blocks from the start (two slots, written in turn), so that counting calls that pass unrecorded needs nothing from a
 * full disk, and a torn write leaves the slot before. Slot: 0 magic · 4 u32 bytes of JSON · 8 u32 crc32 of it · 12 u32 turn · 16 JSON.
 */

const SLOT = 4096;
const HEAD = 16;
const MAGIC = 'OTGP';

const gapSchema = z.object({
  id: z.string(),
  from: z.number(),
  to: z.number(),
  count: z.number().int().nonnegative(),
  reason: z.string(),
});

const stateSchema = z.object({
  /** Growing now. */
  open: gapSchema.optional(),
  /** About to be told in the trail, by an entry after `after`. */
  closing: gapSchema.extend({ after: z.number() }).optional(),
});

export type GapState = {
  readonly open?: Gap | undefined;
  readonly closing?: (Gap & { readonly after: number }) | undefined;
};

export class GapFile {
  readonly #handle: FileHandle;
  #turn: number;
  #state: GapState;
  /** The write that has not begun yet, and the end of all there are. */
  #next: Promise<void> | undefined;
  #last: Promise<void> = Promise.resolve();

  private constructor(handle: FileHandle, found: { turn: number; state: GapState }) {
    this.#handle = handle;
    this.#turn = found.turn;
    this.#state = found.state;
  }

  static async open(path: string): Promise<GapFile> {
    const handle = await open(path, 'a+', 0o600).then(async (made) => {
      await made.close();
      return open(path, 'r+');
    });
    const bytes = Buffer.alloc(2 * SLOT);
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
    if (bytesRead < bytes.length) {
      await handle.write(bytes, 0, bytes.length, 0);
      await handle.sync();
    }
    const slots = [readSlot(bytes.subarray(0, SLOT)), readSlot(bytes.subarray(SLOT))].filter(
      (slot) => slot !== undefined,
    );
    slots.sort((a, b) => b.turn - a.turn);
    return new GapFile(handle, slots[0] ?? { turn: 0, state: {} });
  }

  state(): GapState {
    return this.#state;
  }

  /** Resolves when the new state, or a later one, is in the file. States set while a write is under way go out together. */
  set(state: GapState): Promise<void> {
    this.#state = state;
    this.#next ??= this.#last.then(() => this.#write());
    const next = this.#next;
    this.#last = next.catch(() => undefined);
    return next;
  }

  async close(): Promise<void> {
    await this.#last;
    await this.#handle.close();
  }

  async #write(): Promise<void> {
    this.#next = undefined;
    this.#turn += 1;
    await this.#handle.write(encodeSlot(this.#state, this.#turn), 0, SLOT, (this.#turn % 2) * SLOT);
  }
}

function encodeSlot(state: GapState, turn: number): Buffer {
  const slot = Buffer.alloc(SLOT);
  const length = slot.write(JSON.stringify(state), HEAD, 'utf8');
  slot.write(MAGIC, 0, 'latin1');
  slot.writeUInt32LE(length, 4);
  slot.writeUInt32LE(crc32(slot.subarray(HEAD, HEAD + length)), 8);
  slot.writeUInt32LE(turn >>> 0, 12);
  return slot;
}

function readSlot(slot: Buffer): { turn: number; state: GapState } | undefined {
  const length = slot.readUInt32LE(4);
  if (slot.toString('latin1', 0, 4) !== MAGIC || length > SLOT - HEAD) return undefined;
  const json = slot.subarray(HEAD, HEAD + length);
  if (crc32(json) !== slot.readUInt32LE(8)) return undefined;
  const parsed = stateSchema.safeParse(JSON.parse(json.toString('utf8')));
  return parsed.success ? { turn: slot.readUInt32LE(12), state: parsed.data } : undefined;
}
