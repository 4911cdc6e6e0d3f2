import { AwsError } from '../errors.ts';

/** For every rule that selectors break: the texts are ours, AWS's own are known for a few only. */
export function refuse(message: string): AwsError {
  return new AwsError('InvalidEventSelectorsException', message);
}

export function shown(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 200) ?? 'nothing';
}
