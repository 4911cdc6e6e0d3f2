// Builds the console when its sources are newer than its build. Nothing else needs building: Node runs the sources.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

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

if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) process.exit(0);
process.stderr.write('building the console …\n');
const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
const done = spawnSync(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
  cwd: console_,
  stdio: ['ignore', 2, 2],
  env: { ...process.env, NODE_ENV: 'production' },
});
if (done.status === 0) writeFileSync(stamp, wanted);
process.exit(done.status ?? 1);

function filesBelow(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (name === 'node_modules' || name === 'dist') return [];
    return statSync(path).isDirectory() ? filesBelow(path) : [path];
  });
}
