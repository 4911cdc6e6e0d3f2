import type { JsonService, QueryService } from '../aws/services.ts';

/** A value that an earlier call of the plan answers with. */
export type FromAnswer = {
  /** Name of the shell's variable, in the commands. */
  readonly variable: string;
  /** Id of that call. */
  readonly call: string;
};

export type Input = Readonly<Record<string, unknown>>;

/** One call of a plan: what is done by the console, and what is shown as a command. */
export type PlannedCall<Field extends string = string> = {
  readonly id: string;
  /** What it does, as an order: `Make the bucket logs`. */
  readonly title: string;
  /** What there is after it: `bucket logs`; undefined when it only changes something. */
  readonly made: string | undefined;
  readonly service: JsonService | QueryService | 's3';
  readonly operation: string;
  /** Members as the API names them; FromAnswer where a value is known later only. */
  readonly input: Input;
  /** What of the form it comes from: where its error is shown when its code tells no better. */
  readonly field: Field;
  /** Errors that say it was made: by an attempt before, whose answer was lost. */
  readonly existsCodes: readonly string[];
  /** Where in the answer the variable's value is. */
  readonly answers?: { readonly variable: string; readonly path: readonly string[] };
};

export function isFromAnswer(value: unknown): value is FromAnswer {
  return typeof value === 'object' && value !== null && 'variable' in value && 'call' in value;
}

/** Equal for two calls that do the same: what was done once is not done twice. */
export function sameCall(call: PlannedCall): string {
  return JSON.stringify([call.service, call.operation, call.input]);
}
