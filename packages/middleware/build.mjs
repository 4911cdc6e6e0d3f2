// Compiles src/ into dist/esm and dist/cjs, with declarations for each.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, 'dist');
const compiler = join(
  dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
  'bin',
  'tsc',
);

rmSync(dist, { recursive: true, force: true });
for (const [folder, type, module] of [
  ['esm', 'module', 'nodenext'],
  ['cjs', 'commonjs', 'commonjs'],
]) {
  const out = join(dist, folder);
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'package.json'), `${JSON.stringify({ type })}\n`);
  const options = { rootDir: 'src', outDir: out, module, noEmit: 'false', declaration: 'true' };
  if (folder === 'cjs')
    Object.assign(options, { moduleResolution: 'bundler', verbatimModuleSyntax: 'false' });
  const config = join(here, `tsconfig.${folder}.tmp.json`);
  const compilerOptions = { ...options, noEmit: false, declaration: true };
  if (folder === 'cjs') compilerOptions.verbatimModuleSyntax = false;
  writeFileSync(config, JSON.stringify({ extends: './tsconfig.json', compilerOptions, include: ['src'] }));
  const done = spawnSync(process.execPath, [compiler, '-p', config], { cwd: here, stdio: ['ignore', 2, 2] });
  rmSync(config);
  if (done.status !== 0) process.exit(done.status ?? 1);
}
