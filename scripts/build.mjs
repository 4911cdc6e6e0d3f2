// Builds the console and the middleware when their sources are newer than what was built of them. Nothing else needs building: Node runs the sources.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress } from 'node:zlib';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const console_ = join(root, 'console');
const stamp = join(console_, 'dist', '.stamp');

// What the console has in common with the server.
const shared = join(root, 'src', 'aws', 'event-pattern');
const sources = [...filesBelow(console_), ...filesBelow(shared)]
  .filter((path) => !/\/(dist|node_modules)\//.test(path))
  .sort();
const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
for (const path of sources) hash.update(path.slice(root.length)).update(readFileSync(path));
const wanted = hash.digest('hex');

// A server needs the console only: it is built then, where the other is built by `npm run build` and before it is packed.
if (!process.argv.includes('--console')) buildMiddleware();
if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) process.exit(0);
process.stderr.write('building the console …\n');
const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
const done = spawnSync(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
  cwd: console_,
  stdio: ['ignore', 2, 2],
  env: { ...process.env, NODE_ENV: 'production' },
});
if (done.status !== 0) process.exit(done.status ?? 1);
await pack(join(console_, 'dist'));
writeFileSync(stamp, wanted);

/** Each text once more as Brotli, beside itself: seconds of work, which no start of a server should have. */
async function pack(folder) {
  const texts = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.(html|js|css|svg|json)$/.test(name),
  );
  await Promise.all(
    texts.map(async (name) => {
      const plain = await readFile(join(folder, name));
      if (plain.length > 1024)
        await writeFile(join(folder, `${name}.br`), await promisify(brotliCompress)(plain));
    }),
  );
}

function buildMiddleware() {
  const folder = join(root, 'packages', 'middleware');
  const made = join(folder, 'dist', '.stamp');
  const digest = createHash('sha256');
  for (const path of filesBelow(folder).sort())
    if (/\.(ts|mjs|json)$/.test(path)) digest.update(path.slice(root.length)).update(readFileSync(path));
  const stamp = digest.digest('hex');
  if (existsSync(made) && readFileSync(made, 'utf8') === stamp) return;
  process.stderr.write('building the middleware …\n');
  const built = spawnSync(process.execPath, [join(folder, 'build.mjs')], { stdio: ['ignore', 2, 2] });
  if (built.status !== 0) process.exit(built.status ?? 1);
  writeFileSync(made, stamp);
}

function filesBelow(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (name === 'node_modules' || name === 'dist') return [];
    return statSync(path).isDirectory() ? filesBelow(path) : [path];
  });
}
