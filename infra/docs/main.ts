import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { PAGES } from './pages';

const ROOT = resolve(import.meta.dirname, '../..');

for (const [path, page] of Object.entries(PAGES)) {
  mkdirSync(dirname(resolve(ROOT, path)), { recursive: true });
  writeFileSync(resolve(ROOT, path), page());
  console.log(path);
}
