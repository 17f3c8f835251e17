import { dirname } from 'node:path';
import { globSync } from 'node:fs';
import type { ImportedObject } from '../../local/cluster/import-objects';
import { answerVector } from '../vector-answers';
import type { PlainObject } from '../vectors/merge-deeply';
import { readVector, type Vector } from '../vectors/read-vector';

/** A model of the same topic, told for the Service of another vector. */
export interface NextModel {
  readonly file: string;
  readonly service: ImportedObject;
  /** Services that its actions name, in the Service's namespace. */
  readonly extras: readonly ImportedObject[];
}

/** Whether our heart gives a load balancer for the vector as it stands. */
async function buildsModel(vector: Vector): Promise<boolean> {
  const { model } = (await answerVector(vector)) as { model?: { resources: Record<string, unknown> } };
  return model?.resources['AWS::ElasticLoadBalancingV2::LoadBalancer'] !== undefined;
}

/** The files of a vector's topic that give a load balancer in the vector's environment, in their order, from the one behind it round to the one before it. */
export async function nextModels(vector: Vector): Promise<NextModel[]> {
  const topic = globSync('*.yaml', { cwd: dirname(vector.file) }).sort().map((name) => `${dirname(vector.file)}/${name}`);
  const at = topic.indexOf(vector.file);
  const found: NextModel[] = [];
  for (const file of [...topic.slice(at + 1), ...topic.slice(0, Math.max(0, at))]) {
    const next = toldFor(vector, readVector(file));
    if (next && (await buildsModel({ ...vector, objects: [next.service, ...next.extras] as unknown as readonly PlainObject[] }))) found.push(next);
  }
  return found;
}

/** Undefined where the case is about a Service that is going, or where one of its Services has the name of ours. */
function toldFor({ subject, objects }: Vector, other: Vector): NextModel | undefined {
  const isSubject = (object: ImportedObject, { namespace, name }: Vector['subject']) => object.kind === 'Service' && object.metadata.name === name && object.metadata.namespace === namespace;
  const ours = (objects as unknown as readonly ImportedObject[]).find((object) => isSubject(object, subject));
  const all = other.objects as unknown as readonly ImportedObject[];
  const theirs = all.find((object) => isSubject(object, other.subject));
  const extras = all.filter((object) => object !== theirs && object.kind === 'Service');
  if (other.subject.kind !== 'Service' || !ours || !theirs || all.some(({ metadata }) => metadata['deletionTimestamp'] !== undefined) || extras.some(({ metadata }) => metadata.name === subject.name)) return undefined;
  const { annotations: _, ...kept } = ours.metadata;
  const metadata = { ...kept, ...(theirs.metadata['annotations'] === undefined ? {} : { annotations: theirs.metadata['annotations'] }) };
  return { file: other.file, service: { ...ours, metadata, spec: theirs['spec'] }, extras: extras.map((extra) => ({ ...extra, metadata: { ...extra.metadata, namespace: subject.namespace } })) };
}
