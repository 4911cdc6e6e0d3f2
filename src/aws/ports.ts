/**
 * What features need of other AWS services, as contracts. An embedded stand-in or a real service behind an endpoint fulfils them;
 * which one is decided in app.ts. Failures are AwsError with the service's own code (`NoSuchBucket`, `AccessDenied`, …).
 */
export type * from './ports/buckets.ts';
export type * from './ports/delivery-signer.ts';
export type * from './ports/event-buses.ts';
export type * from './ports/functions.ts';
export type * from './ports/keys.ts';
export type * from './ports/lake.ts';
export type * from './ports/logs.ts';
export type * from './ports/mail.ts';
export type * from './ports/messages.ts';
export type * from './ports/metrics.ts';
export type * from './ports/organizations.ts';
export type * from './ports/roles.ts';
export type * from './ports/service-source.ts';
