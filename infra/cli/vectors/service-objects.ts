import { z } from 'zod';
import type { Service } from '../../../shared/model/kubernetes';
import type { Plain, PlainObject } from './merge-deeply';
import { isPlainObject } from './merge-deeply';
import type { Vector } from './read-vector';

const text = z.string();
const texts = z.array(text).optional();
const port = z.looseObject({ name: text.optional(), protocol: text.optional(), port: z.int(), targetPort: z.union([z.int(), text]).optional(), nodePort: z.int().optional() });

/** What the heart reads of a Service, with the types that the API server insists on. */
const ServiceObject = z.looseObject({
  metadata: z.looseObject({ uid: text.optional(), deletionTimestamp: text.optional(), annotations: z.record(text, text).optional(), finalizers: texts }),
  spec: z.looseObject({
    type: text.optional(),
    ports: z.array(port).optional(),
    loadBalancerClass: text.optional(),
    loadBalancerSourceRanges: texts,
    externalTrafficPolicy: text.optional(),
    healthCheckNodePort: z.int().optional(),
    allocateLoadBalancerNodePorts: z.boolean().optional(),
    ipFamilies: texts,
  }),
});

/** The Services among a vector's objects; null is an absent value, as in Kubernetes. Throws an Error that names the Service and what is wrong with it. */
export function serviceObjects(objects: readonly PlainObject[]): Service[] {
  return objects.filter(({ kind }) => kind === 'Service').map(serviceObject);
}

/** The Service that a vector is about. Throws an Error where it is not there. */
export function subjectAmong(services: readonly Service[], { file, subject: { namespace, name } }: Pick<Vector, 'file' | 'subject'>): Service {
  const found = services.find(({ metadata }) => metadata.name === name && metadata.namespace === namespace);
  if (found === undefined) throw new Error(`${file}: the subject Service ${namespace ?? ''}/${name ?? ''} is not among the objects`);
  return found;
}

function serviceObject(object: PlainObject): Service {
  const checked = ServiceObject.safeParse(withoutNulls(object));
  if (checked.success) return checked.data as unknown as Service;
  const { namespace = '', name = '' } = object['metadata'] as { readonly namespace?: string; readonly name?: string };
  throw new Error(`the Service ${namespace}/${name} is not understood: ${z.prettifyError(checked.error).replaceAll('\n', ' ')}`);
}

function withoutNulls(value: Plain): Plain {
  if (Array.isArray(value)) return (value as readonly Plain[]).map(withoutNulls);
  if (!isPlainObject(value)) return value;
  const fields = Object.entries(value).flatMap(([key, field]) => (field === null || field === undefined ? [] : [[key, withoutNulls(field)] as const]));
  return Object.fromEntries(fields);
}
