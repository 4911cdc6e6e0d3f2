import { uuidFrom } from '../../../base/ids.ts';
import type { Leaf } from './open-tree.ts';

/** The n-th of leaves that are the same in every process. */
export function testLeaf(n: number): Leaf {
  return { id: uuidFrom(`event ${n}`), raw: Buffer.from(`{"eventID":"${uuidFrom(`event ${n}`)}"}`) };
}
