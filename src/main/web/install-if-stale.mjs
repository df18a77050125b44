// Installs what package-lock.json says, but only if it has not been done yet: `npm ci` takes seconds, this takes none.
// `node install-if-stale.mjs [DIR]`; also used by the browser tests.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Debian 12's. */
const MIN_NODE_MAJOR = 18;

export function installIfStale(directory) {
  const [major] = process.versions.node.split('.').map(Number);
  if (major < MIN_NODE_MAJOR) {
    fail(`Node.js ${MIN_NODE_MAJOR} or newer is needed, this is ${process.version}: install a newer one`);
  }
  const lock = readFileSync(join(directory, 'package-lock.json'), 'utf8');
  const copy = join(directory, 'node_modules', '.installed-lock.json');
  if (existsSync(copy) && readFileSync(copy, 'utf8') === lock) {
    return;
  }
  // Nothing here needs to run a script of a package; so none may.
  const { status, error } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: directory,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (error?.code === 'ENOENT') {
    fail('npm is needed: install it (Debian: apt-get install npm)');
  }
  if (status !== 0) {
    fail(`npm ci failed in ${directory}`);
  }
  writeFileSync(copy, lock);
}

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  installIfStale(resolve(process.argv[2] ?? '.'));
}
