import type { Context, Scope, Statement } from './context.ts';
import { compileExpression } from './expression.ts';

/** Where an expression may stand that knows nothing but its tables. */
export function contextOf(statement: Statement, scope: Scope): Context {
  return {
    statement,
    scope,
    lambdas: [],
    aliases: undefined,
    grouping: undefined,
    lenient: false,
    aggregates: 'allowed',
    windows: new Map(),
    compile: compileExpression,
  };
}
