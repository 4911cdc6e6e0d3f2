import { Gauge, type Registry } from '../../base/metrics.ts';
import type { Checkpoints } from './checkpoints/create-checkpoints.ts';
import type { ProofTree } from './tree/open-tree.ts';

/** How large the tree is, how much of it is signed, and by how many. To be called once for a registry. */
export function showTree(
  registry: Registry,
  {
    tree,
    checkpoints,
  }: { readonly tree: Pick<ProofTree, 'size'>; readonly checkpoints: Pick<Checkpoints, 'status'> },
): void {
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name: `opentrail_proof_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(value());
      },
    });
  gauge('leaves', 'Records in the tree of proofs.', () => tree.size());
  gauge('signed_leaves', 'Records in the newest signed checkpoint.', () => checkpoints.status().size);
  gauge(
    'cosignatures',
    'Witnesses that cosigned the newest checkpoint.',
    () => checkpoints.status().cosignatures,
  );
  gauge(
    'witnesses_refusing',
    'Witnesses that did not cosign when asked last.',
    () => checkpoints.status().refusing,
  );
}
