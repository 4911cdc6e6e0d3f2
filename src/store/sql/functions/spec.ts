import type { Value } from '../compile/value.ts';
import type { Call } from './call-args.ts';

/** A function: how many arguments it takes, and what a call of it becomes. */
export type FunctionSpec = {
  readonly least: number;
  readonly most: number;
  readonly compile: (call: Call) => Value;
};

export type Functions = Readonly<Record<string, FunctionSpec>>;

export const takes = (least: number, most: number, compile: FunctionSpec['compile']): FunctionSpec => ({
  least,
  most,
  compile,
});
export const one = (compile: FunctionSpec['compile']): FunctionSpec => takes(1, 1, compile);
export const two = (compile: FunctionSpec['compile']): FunctionSpec => takes(2, 2, compile);
export const three = (compile: FunctionSpec['compile']): FunctionSpec => takes(3, 3, compile);
