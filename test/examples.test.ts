import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { answerVector } from '../infra/cli/vector-answers';
import type { PlainObject } from '../infra/cli/vectors/merge-deeply';
import { CLUSTER, openSmallWorld, type SmallWorld } from '../infra/local/small-world';
import { type ApiObject, RESOURCES } from '../shared/kubernetes/cluster-client';
import { isWrite } from '../shared/plan/change';
import { EXAMPLE_ACCOUNTS } from './system/accounts';

/**
 * Every example is what it says: its model is the one beside it, in LBC's own JSON, and after it was made there is nothing to do.
 * `UPDATE_EXAMPLES=1 npx vitest run test/examples.test.ts` writes the models anew, for a person to read.
 */
const EXAMPLES = join(import.meta.dirname, '../examples');
const folders = readdirSync(EXAMPLES).sort();

/** Stands for the uid that a cluster draws by lot; names in AWS hold a digest of it. */
const UID = '00000000-0000-4000-8000-000000000001';

/** The Service of an example as the API server returns it, and the world that it is in. The node port, also drawn by lot, is 30000 + port. */
async function open(folder: string): Promise<{ world: SmallWorld; service: ApiObject; others: readonly (ApiObject | undefined)[]; environment: unknown }> {
  const account = EXAMPLE_ACCOUNTS[folder];
  if (!account) throw new Error(`expected an account for examples/${folder} in EXAMPLE_ACCOUNTS, found none`);
  const environment = account().facts;
  const world = await openSmallWorld({ environment, objects: [] });
  const objects = parseAllDocuments(readFileSync(join(EXAMPLES, folder, 'manifest.yaml'), 'utf8')).map((document) => document.toJS() as ApiObject);
  for (const namespace of objects.filter(({ kind }) => kind === 'Namespace')) await world.client.apply(RESOURCES.namespaces, namespace);
  const [written, ...others] = objects.filter(({ kind }) => kind === 'Service');
  if (!written) throw new Error(`expected a Service in examples/${folder}, found none`);
  const ports = (written['spec'] as { ports: { port: number }[] }).ports.map((port) => ({ ...port, nodePort: 30_000 + port.port }));
  const service = await world.client.apply(RESOURCES.services, { ...written, spec: { ...(written['spec'] as object), ports } });
  for (const other of others) await world.client.apply(RESOURCES.services, other);
  return { world, service, others: await Promise.all(others.map(({ metadata }) => world.client.get(RESOURCES.services, { namespace: metadata.namespace ?? '', name: metadata.name }))), environment };
}

describe.each(folders)('examples/%s', (folder) => {
  const model = join(EXAMPLES, folder, 'model.json');

  it('gives the model beside it', async () => {
    const { world, service, others, environment } = await open(folder);
    await world.close();
    const { namespace, name } = service.metadata;
    const answer = await answerVector({ file: folder, subject: { kind: 'Service', namespace, name }, objects: [service, ...others].map((object, index) => ({ ...object, metadata: { ...object?.metadata, uid: UID.replace(/1$/, String(index + 1)) } })), environment: environment as PlainObject, document: {} });
    if (process.env['UPDATE_EXAMPLES']) writeFileSync(model, `${JSON.stringify(answer['model'], undefined, 2)}\n`);
    expect(answer['error']).toBeUndefined();
    expect(answer['model']).toEqual(JSON.parse(readFileSync(model, 'utf8')));
  });

  it('is done after one pass: a second plan is empty', async () => {
    const { world, service } = await open(folder);
    const key = `svc#${CLUSTER}#${service.metadata.namespace ?? ''}/${service.metadata.name}`;
    const first = await world.runner.run(key);
    expect(first.failure).toBeUndefined();
    const wanted = (JSON.parse(readFileSync(model, 'utf8')) as { resources: object }).resources;
    if (Object.keys(wanted).length === 0) expect(world.calls()).toEqual([]);
    else expect(first.plans[0]?.plan?.changes.filter(isWrite).length).toBeGreaterThan(0);
    const writes = () => world.calls().filter(({ kind }) => kind === 'write').length;
    const before = writes();
    const second = await world.runner.run(key);
    expect(second.failure).toBeUndefined();
    expect(second.plans.flatMap(({ plan }) => plan?.changes ?? [])).toEqual([]);
    expect(writes()).toBe(before);
    await world.close();
  });
});
