/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html */
export type Arn = {
  readonly service: string;
  readonly region: string;
  readonly account: string;
  readonly resource: string;
};

/** Undefined when it is no ARN. */
export function parseArn(text: string): Arn | undefined {
  const [, service, region, account, resource] =
    /^arn:[\w-]+:([\w-]+):([\w-]*):(\d{12}|):(.+)$/s.exec(text) ?? [];
  if (service === undefined || region === undefined || account === undefined || resource === undefined)
    return undefined;
  return { service, region, account, resource };
}

/** '' where it names none, as bucket names and IAM's do, or is no ARN. */
export function regionOfArn(arn: string): string {
  return arn.split(':', 4)[3] ?? '';
}

/** '' where it names none, as bucket names do, or is no ARN. */
export function accountOfArn(arn: string): string {
  return arn.split(':', 5)[4] ?? '';
}

/** How the ARNs of what is told of events look. Topics are standard ones; queues also FIFO ones. */
export const TOPIC_ARN = /^arn:[\w-]+:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}$/;
export const QUEUE_ARN = /^arn:[\w-]+:sqs:[a-z0-9-]+:\d{12}:[\w-]{1,80}(\.fifo)?$/;
export const STANDARD_QUEUE_ARN = /^arn:[\w-]+:sqs:[a-z0-9-]+:\d{12}:[\w-]{1,80}$/;
/** With or without a version or alias at its end. */
export const FUNCTION_ARN = /^arn:[\w-]+:lambda:[a-z0-9-]+:\d{12}:function:[\w-]{1,140}(:[\w$-]{1,128})?$/;
export const ROLE_ARN = /^arn:[\w-]+:iam::\d{12}:role\/[\w+=,.@/-]{1,576}$/;

const KEY_ARN = /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:(key\/[\w-]+|alias\/[\w/-]+)$/;
const KEY_ID = /^(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

/** Whether a text can name a key of KMS: by its id or ARN, or an alias's name or ARN. */
export function isKeyName(text: string): boolean {
  return KEY_ARN.test(text) || KEY_ID.test(text) || /^alias\/[\w/-]+$/.test(text);
}
