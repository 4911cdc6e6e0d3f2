// Refuses dependencies whose licence is not permissive.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const PERMISSIVE = new Set([
  'MIT',
  'MIT-0',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  '0BSD',
  'CC0-1.0',
  'CC-BY-4.0',
  'CC-BY-3.0',
  'MPL-2.0',
  'BlueOak-1.0.0',
  'Python-2.0',
  'Unlicense',
  'WTFPL',
]);

const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
const refused = [];
for (const [path, entry] of Object.entries(lock.packages)) {
  if (path === '' || entry.link || !path.includes('node_modules/')) continue;
  const licence = entry.license ?? licenceOf(join(root, path));
  if (licence !== undefined && !permissive(licence))
    refused.push(`${path.replace(/^.*node_modules\//, '')}: ${licence}`);
}
if (refused.length > 0) {
  process.stderr.write(`dependencies with a licence that is not permissive:\n  ${refused.join('\n  ')}\n`);
  process.exit(1);
}

function permissive(text) {
  const parts = text.replace(/[()]/g, '').split(/\s+OR\s+/i);
  return parts.some((part) => part.split(/\s+AND\s+/i).every((one) => PERMISSIVE.has(one.trim())));
}

function licenceOf(folder) {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) return undefined; // another platform's optional package
  const { license, licenses } = JSON.parse(readFileSync(file, 'utf8'));
  if (typeof license === 'string') return license;
  if (Array.isArray(licenses) && licenses[0]?.type) return licenses[0].type;
  return readdirSync(folder).some((name) => /^licen[cs]e/i.test(name)) ? undefined : 'none stated';
}
