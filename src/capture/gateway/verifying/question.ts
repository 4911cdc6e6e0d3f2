/** What the policies are asked. What is not certain counts against the caller (cautious-policy.ts). */
export type Question = {
  /** `s3:GetObject`. */
  readonly action: string;
  /** ARN, or `*`. */
  readonly resource: string;
  readonly certain: Certainty;
};

type Certainty = {
  /** Undefined: certain if IAM knows an action of that name. */
  readonly action: boolean | undefined;
  readonly resource: boolean;
};
