/** How an attempt ended. `permanent`: trying again would not help, by AWS's rules. */
export type Outcome =
  | { readonly delivered: true }
  | { readonly delivered: false; readonly permanent: boolean; readonly reason: string };

export const DELIVERED: Outcome = { delivered: true };

export function failed(reason: string, { permanent = false } = {}): Outcome {
  return { delivered: false, permanent, reason };
}
