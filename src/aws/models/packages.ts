import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import type { Protocol } from '../protocols/protocol.ts';

/** What an installed client package says of itself, without being loaded (that costs about a megabyte each). */
export type KnownPackage = {
  /** `@aws-sdk/client-ec2`. */
  readonly specifier: string;
  readonly signingName: string;
  /** `2016-11-15`; '' when not told. */
  readonly apiVersion: string;
  /** What the package's own client speaks. */
  readonly protocol: Protocol;
  /** What stands before the last dot of X-Amz-Target, in the short form. */
  readonly targetPrefix: string | undefined;
  /** A JSON service that older clients still speak to by query (SQS, CloudWatch). */
  readonly queryCompatible: boolean;
};

/** The installed client packages, alphabetically. Operators may add others beside ours. */
export function findPackages(): readonly KnownPackage[] {
  const folder = clientsFolder();
  const entries = readdirSync(folder)
    .filter((entry) => entry.startsWith('client-'))
    .sort();
  return entries.flatMap((entry) => readKnown(folder, entry) ?? []);
}

/** Where npm put the official clients: beside the one that we cannot do without. */
function clientsFolder(): string {
  const manifest = createRequire(import.meta.url).resolve('@aws-sdk/client-cloudtrail/package.json');
  return dirname(dirname(manifest));
}

const SIGNING_NAME = /defaultSigningName: "([^"]+)"/;
const API_VERSION = /apiVersion: "([^"]+)"/;
const PROTOCOL = /protocol: config\?\.protocol \?\? (\w+)/;
const TARGET = /serviceTarget: "([^"]+)"/;

/** Two small files of the package's own configuration. A package that words them otherwise is left out, and its calls are named without it. */
function readKnown(folder: string, entry: string): KnownPackage | undefined {
  const endpoint = readText(join(folder, entry, 'dist-es/endpoint/EndpointParameters.js'));
  const runtime = readText(join(folder, entry, 'dist-es/runtimeConfig.shared.js'));
  const signingName = SIGNING_NAME.exec(endpoint)?.[1];
  const protocol = protocolOf(PROTOCOL.exec(runtime)?.[1] ?? '');
  if (signingName === undefined || protocol === undefined) return undefined;
  return {
    specifier: `@aws-sdk/${entry}`,
    signingName,
    apiVersion: API_VERSION.exec(runtime)?.[1] ?? '',
    protocol,
    targetPrefix: TARGET.exec(runtime)?.[1],
    queryCompatible: runtime.includes('awsQueryCompatible: true'),
  };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** `AwsJson1_1Protocol`, `S3RestXmlProtocol`, … */
function protocolOf(className: string): Protocol | undefined {
  if (className.includes('RestJson')) return 'rest-json';
  if (className.includes('RestXml')) return 'rest-xml';
  if (className.includes('Cbor')) return 'cbor';
  if (className.includes('Ec2Query')) return 'ec2';
  if (className.includes('Query')) return 'query';
  return className.includes('Json') ? 'json' : undefined;
}
