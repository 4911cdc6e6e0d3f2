import { openTree } from './open-tree.ts';
import { testLeaf } from './test-kit.ts';

/** Appends for ever, until it is killed. */
const [dir = ''] = process.argv.slice(2);
const tree = await openTree(dir);
for (let batch = 1; ; batch++) {
  const size = tree.size();
  const next = size + ((batch * 37) % 300) + 1;
  await tree.append(
    Array.from({ length: next - size }, (_, at) => testLeaf(size + at)),
    next,
  );
  if (batch === 1) process.send?.('appending');
}
