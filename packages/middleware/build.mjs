// Compiles src/ into dist/esm and dist/cjs, with declarations for each. Whoever reads dist meanwhile sees the old one or the new one.
import { spawnSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, 'dist');
const made = join(here, 'node_modules', `.build-${process.pid}`);
const manifest = createRequire(import.meta.url).resolve('typescript/package.json');
const compiler = join(dirname(manifest), 'bin', 'tsc');

for (const [folder, type, module] of [
  ['esm', 'module', []],
  [
    'cjs',
    'commonjs',
    ['--module', 'commonjs', '--moduleResolution', 'bundler', '--verbatimModuleSyntax', 'false'],
  ],
]) {
  const out = join(made, folder);
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'package.json'), `${JSON.stringify({ type })}\n`);
  const options = ['--rootDir', 'src', '--outDir', out, '--noEmit', 'false', '--declaration', ...module];
  const done = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json', ...options], {
    cwd: here,
    stdio: ['ignore', 2, 2],
  });
  if (done.status !== 0) {
    rmSync(made, { recursive: true, force: true });
    process.exit(done.status ?? 1);
  }
}
rmSync(dist, { recursive: true, force: true });
renameSync(made, dist);
