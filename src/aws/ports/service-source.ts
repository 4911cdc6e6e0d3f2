/** An AWS service that acts for one of its own resources: what resource policies' Principal, aws:SourceArn and aws:SourceAccount are compared with. */
export type ServiceSource = {
  /** `cloudtrail.amazonaws.com`. */
  readonly service: string;
  readonly arn: string;
  readonly accountId: string;
};
