import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import type { Protocol } from '../protocols/protocol.ts';
import type { KnownPackage } from './operation-model.ts';

/** The client packages in folders such as `node_modules/@aws-sdk`, alphabetically; where two hold the same one, the first. */
export function findPackages(folders: readonly string[]): readonly KnownPackage[] {
  const found = new Map<string, KnownPackage>();
  for (const folder of folders) {
    for (const entry of entriesOf(folder)) {
      if (found.has(entry)) continue;
      const known = readKnown(folder, entry);
      if (known !== undefined) found.set(entry, known);
    }
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, known]) => known);
}

/** Where npm put the clients that come with Opentrail: beside the one that we cannot do without. */
export function ownFolder(): string {
  const manifest = createRequire(import.meta.url).resolve('@aws-sdk/client-cloudtrail/package.json');
  return dirname(dirname(manifest));
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder).filter((entry) => entry.startsWith('client-'));
  } catch {
    return [];
  }
}

const SIGNING_NAME = /defaultSigningName: "([^"]+)"/;
const PROTOCOL = /protocol: config\?\.protocol \?\? (\w+)/;

/** Two small files of the package's own configuration. A package that words them otherwise is left out, and its calls are named without it. */
function readKnown(parent: string, entry: string): KnownPackage | undefined {
  const folder = join(parent, entry);
  const endpoint = readText(join(folder, 'dist-es/endpoint/EndpointParameters.js'));
  const runtime = readText(join(folder, 'dist-es/runtimeConfig.shared.js'));
  const signingName = SIGNING_NAME.exec(endpoint)?.[1];
  const className = PROTOCOL.exec(runtime)?.[1] ?? '';
  const protocol = protocolOf(className);
  if (signingName === undefined || protocol === undefined) return undefined;
  return {
    specifier: `@aws-sdk/${entry}`,
    folder,
    signingName,
    protocol,
    jsonVersion: className.includes('1_0') ? '1.0' : '1.1',
    namespace: setting(runtime, 'defaultNamespace') ?? '',
    apiVersion: setting(runtime, 'apiVersion') ?? '',
    xmlNamespace: setting(runtime, 'xmlNamespace'),
    targetPrefix: setting(runtime, 'serviceTarget'),
    serviceId: setting(runtime, 'serviceId') ?? '',
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

/** `serviceId: config?.serviceId ?? "EC2"`, `xmlNamespace: "…"`. */
function setting(runtime: string, name: string): string | undefined {
  return new RegExp(`\\b${name}: (?:config\\?\\.${name} \\?\\? )?"([^"]*)"`).exec(runtime)?.[1];
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
