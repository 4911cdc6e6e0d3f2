/** ARNs of CloudWatch Logs: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html */

export type LogGroupName = { readonly region: string; readonly account: string; readonly group: string };

const GROUP = /^arn:[\w-]+:logs:([a-z0-9-]+):(\d{12}):log-group:([.\-_/#A-Za-z0-9]{1,512})(:\*)?$/;

/** Without `:*`: what tags are put to. */
export function logGroupArn({ region, account, group }: LogGroupName): string {
  return `arn:aws:logs:${region}:${account}:log-group:${group}`;
}

/** What policies are asked about; without a stream it stands for the group. */
export function logStreamArn(name: LogGroupName & { readonly stream?: string | undefined }): string {
  return `${logGroupArn(name)}:log-stream:${name.stream ?? ''}`;
}

/** Undefined when the text is no log group's ARN; `:*` at its end is told apart. */
export function parseLogGroupArn(text: string): (LogGroupName & { readonly star: boolean }) | undefined {
  const [, region, account, group, star] = GROUP.exec(text) ?? [];
  if (region === undefined || account === undefined || group === undefined) return undefined;
  return { region, account, group, star: star !== undefined };
}
