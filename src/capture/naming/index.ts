export { createNamer } from './create-namer.ts';
export { bucketAndKey, toPathStyle } from '../../aws/protocols/s3-address.ts';
export type { Namer, RequestHead } from './create-namer.ts';
