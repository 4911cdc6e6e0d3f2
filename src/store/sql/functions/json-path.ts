import { quote } from '../compile/value.ts';
import type { Call } from './call-args.ts';

/** The keys and places that a JSON path names (`$.a["b"][0]`), as arguments for the engine, which counts from 1. Undefined: it is none that we know. */
export function jsonPath(path: string): readonly string[] | undefined {
  const steps: string[] = [];
  const step = /\.([^.[\]"*]+)|\["((?:[^"\\]|\\.)*)"\]|\[(\d{1,9})\]|\."((?:[^"\\]|\\.)*)"/y;
  if (!path.startsWith('$')) return /^[\w-]+$/.test(path) ? [quote(path)] : undefined;
  for (step.lastIndex = 1; step.lastIndex < path.length;) {
    const match = step.exec(path);
    if (!match) return undefined;
    const key = match[1] ?? (match[2] ?? match[4])?.replace(/\\(.)/g, '$1');
    steps.push(key === undefined ? String(Number(match[3]) + 1) : quote(key));
  }
  return steps;
}

/** The JSON and the path of a call, as arguments for the engine's functions. */
export function pathArguments(call: Call): string {
  const text = call.constant(1);
  const steps = jsonPath(text);
  if (!steps) throw call.fail(`Invalid JSON path: '${text}'`);
  return [call.json(0).sql, ...steps].join(', ');
}
