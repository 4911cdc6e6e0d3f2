import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Client packages by the signing name that each states for itself, alphabetically: `ses` → client-ses, client-sesv2. */
export function findPackages(): ReadonlyMap<string, readonly string[]> {
  const folder = clientsFolder();
  const found = new Map<string, string[]>();
  for (const entry of readdirSync(folder).sort()) {
    if (!entry.startsWith('client-')) continue;
    const signingName = signingNameOf(join(folder, entry));
    if (signingName === undefined) continue;
    const names = found.get(signingName);
    if (names === undefined) found.set(signingName, [`@aws-sdk/${entry}`]);
    else names.push(`@aws-sdk/${entry}`);
  }
  return found;
}

/** Where npm put the official clients: beside the one that we cannot do without. Operators may add others there. */
function clientsFolder(): string {
  const manifest = createRequire(import.meta.url).resolve('@aws-sdk/client-cloudtrail/package.json');
  return dirname(dirname(manifest));
}

const SIGNING_NAME = /defaultSigningName: "([^"]+)"/;

/** Read from one small file, since loading the package only to learn its name costs 1 MB each. */
function signingNameOf(folder: string): string | undefined {
  try {
    return SIGNING_NAME.exec(
      readFileSync(join(folder, 'dist-es/endpoint/EndpointParameters.js'), 'utf8'),
    )?.[1];
  } catch {
    return undefined;
  }
}
