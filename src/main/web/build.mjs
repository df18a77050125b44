// Builds the page. `node build.mjs [--out DIR]` installs the packages if they are stale, checks the types and bundles, unless
// nothing has changed since the last time. `--test` runs the page's own tests instead, unless these files have passed already.
// `--force` does it in any case.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installIfStale } from './install-if-stale.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const outAt = process.argv.indexOf('--out');
const out = outAt > 0 ? resolve(process.argv[outAt + 1]) : join(here, '../../../target/classes/webroot');
const testOut = join(here, '../../../target/page-tests');

/** What the result depends on. A stamp with this hash beside the bundle says that it is up to date. */
function fingerprint() {
  const hash = createHash('sha256');
  const visit = (path) => {
    if (statSync(path).isDirectory()) {
      readdirSync(path).sort().forEach((name) => visit(join(path, name)));
    } else {
      hash.update(relative(here, path)).update('\0').update(readFileSync(path)).update('\0');
    }
  };
  ['src', 'static', 'test', 'build.mjs', 'package-lock.json', 'tsconfig.json'].forEach((name) => visit(join(here, name)));
  return hash.digest('hex');
}

function typecheck() {
  const tsc = join(here, 'node_modules/typescript/bin/tsc');
  const { status } = spawnSync(process.execPath, [tsc, '--noEmit', '--project', here], { stdio: 'inherit' });
  if (status !== 0) {
    process.exit(status ?? 1);
  }
}

const settings = {
  absWorkingDir: here,
  bundle: true,
  target: ['chrome111', 'firefox115', 'safari16.4'],
  // sockjs-client reads `global`, as in Node; debug reads NODE_ENV.
  define: { global: 'globalThis', 'process.env.NODE_ENV': '"production"' },
  logLevel: 'warning',
};

async function bundle(stamp) {
  const esbuild = await import('esbuild');
  rmSync(out, { recursive: true, force: true });
  const { metafile } = await esbuild.build({
    ...settings,
    entryPoints: { app: 'src/main.ts' },
    outdir: out,
    // A new version has a new name, so that a cache may keep the old one for ever.
    entryNames: '[name]-[hash]',
    format: 'esm',
    minify: true,
    sourcemap: 'linked',
    legalComments: 'none',
    metafile: true,
  });
  const built = (ending) =>
    Object.keys(metafile.outputs).map((path) => path.split('/').pop()).find((name) => name.endsWith(ending));
  const page = readFileSync(join(here, 'src/index.html'), 'utf8')
    .replace('href="app.css"', `href="${built('.css')}"`)
    .replace('src="app.js"', `src="${built('.js')}"`);
  writeFileSync(join(out, 'index.html'), page);
  readdirSync(join(here, 'static')).forEach((name) =>
    writeFileSync(join(out, name), readFileSync(join(here, 'static', name))),
  );
  writeFileSync(join(out, 'licenses.txt'), licenses(Object.keys(metafile.inputs)));
  writeFileSync(join(out, '.stamp'), stamp);
}

/** The licences of the packages that went into the bundle: most of them ask that their text goes along. */
function licenses(inputs) {
  const inPackage = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//;
  const packages = new Set(inputs.map((path) => inPackage.exec(path)?.[1]).filter(Boolean));
  return [...packages]
    .sort()
    .map((path) => {
      const { name, version, license } = JSON.parse(readFileSync(join(here, path, 'package.json'), 'utf8'));
      const file = readdirSync(join(here, path)).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
      const text = file ? readFileSync(join(here, path, file), 'utf8').trim() : '';
      return `${name} ${version} (${license})\n\n${text}\n`;
    })
    .join(`\n${'-'.repeat(80)}\n\n`);
}

async function test(stamp) {
  const esbuild = await import('esbuild');
  const tests = readdirSync(join(here, 'test')).filter((name) => name.endsWith('.test.ts'));
  const outdir = testOut;
  rmSync(outdir, { recursive: true, force: true });
  mkdirSync(outdir, { recursive: true });
  await esbuild.build({
    ...settings,
    entryPoints: tests.map((name) => `test/${name}`),
    outdir,
    outExtension: { '.js': '.cjs' },
    format: 'cjs',
    platform: 'node',
    target: 'node18',
    sourcemap: 'inline',
  });
  const files = tests.map((name) => join(outdir, name.replace(/\.ts$/, '.cjs')));
  // Quiet when all is well, like the rest of the build.
  const { status, stdout } = spawnSync(process.execPath, ['--test', '--enable-source-maps', ...files], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) {
    console.error(stdout);
    process.exit(status ?? 1);
  }
  console.log(`Page: ${/^# pass (\d+)/m.exec(stdout)?.[1]} tests passed`);
  writeFileSync(join(outdir, '.stamp'), stamp);
}

const upToDate = (directory, stamp) => {
  const file = join(directory, '.stamp');
  return !process.argv.includes('--force') && existsSync(file) && readFileSync(file, 'utf8') === stamp;
};

installIfStale(here);
const stamp = fingerprint();
const testing = process.argv.includes('--test');
if (!upToDate(testing ? testOut : out, stamp)) {
  typecheck();
  await (testing ? test(stamp) : bundle(stamp));
}
