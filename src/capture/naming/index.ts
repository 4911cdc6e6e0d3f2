export { createNamer } from './create-namer.ts';
export type { Namer } from './create-namer.ts';
export type { RequestHead } from './by-rpc.ts';
