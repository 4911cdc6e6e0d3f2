import type { Detection } from './detection.ts';

/** Reads what is imported. Throws AwsError ValidationException that names the place and what is wrong with it. */
export type ReadRules = (text: string) => readonly Detection[];
