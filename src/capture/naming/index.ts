export { createNamer } from './create-namer.ts';
export { bucketAndKey, toPathStyle } from '../../aws/protocols/s3-address.ts';
export type { Namer } from './create-namer.ts';
export type { RequestHead } from './by-rpc.ts';
