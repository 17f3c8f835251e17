import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PAGES } from '../infra/docs/pages';
import { PASS_REASONS } from '../shared/contract/pass-reasons';
import { annotationReader } from '../shared/desired/annotations/read-annotation';
import { SERVICE_ANNOTATIONS, SERVICE_PREFIX } from '../shared/desired/annotations/service-table';
import type { ServiceAnnotation } from '../shared/desired/annotations/service-table';
import { REASONS } from '../shared/desired/reasons';

const ROOT = resolve(import.meta.dirname, '..');

describe('generated pages', () => {
  it.each(Object.entries(PAGES))('are fresh: %s', (path, page) => {
    const file = resolve(ROOT, path);
    const written = existsSync(file) ? readFileSync(file, 'utf8') : '';
    expect(written === page(), `${path} is not what its table says: run \`npm run docs\` and commit the result`).toBe(true);
  });
});

describe('the annotation table', () => {
  it.each(Object.keys(SERVICE_ANNOTATIONS) as ServiceAnnotation[])('gives an example for %s that can be read', (name) => {
    const row = SERVICE_ANNOTATIONS[name];
    const key = `${SERVICE_PREFIX}/${row.suffix.replace(/<.*$/, '1')}`;
    const read = annotationReader({ prefix: SERVICE_PREFIX, table: SERVICE_ANNOTATIONS, annotations: { [key]: row.example } });
    expect(read(name, '1')).toBeDefined();
  });

  it('has one row per key', () => {
    const suffixes = Object.values(SERVICE_ANNOTATIONS).map(({ suffix }) => suffix);
    expect(new Set(suffixes).size).toBe(suffixes.length);
  });
});

describe('reason codes', () => {
  const sources = ['shared', 'functions'].flatMap((folder) => readdirSync(resolve(ROOT, folder), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts')).map((file) => readFileSync(resolve(ROOT, folder, file), 'utf8')));
  const used = new Set(sources.flatMap((text) => [...text.matchAll(/(?:\b(?:code|reason|final): |bindingProblem\([\w.]+, )'([A-Z]\w+)'/g)].map(([, code]) => code ?? '')));

  it('stand in one of the two tables, wherever they are given', () => {
    expect(used.size).toBeGreaterThan(60);
    expect([...used].filter((code) => !(code in REASONS) && !(code in PASS_REASONS))).toEqual([]);
  });
});
