/** Ids that sort as they were made: 20 digits, as SQS's sequence numbers are. Each is greater than those before, and than `last`. */
export function createSequence(now: () => number, last: string | undefined): () => string {
  let previous = BigInt(last ?? '0');
  return () => {
    const least = BigInt(now()) * 1_000_000n;
    previous = least > previous ? least : previous + 1n;
    return String(previous).padStart(20, '0');
  };
}
