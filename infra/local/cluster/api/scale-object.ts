import type { KubeObject } from '../kube-object';
import { draft, fieldAt, isFields } from '../kube-object';
import type { Kind } from '../kinds/kind';
import type { LabelSelector } from '../objects';
import { badRequest } from '../status-error';

const BUILTIN = { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas', labelSelectorPath: undefined };

const numberAt = (object: KubeObject, path: string) => {
  const value = fieldAt(object, path.slice(1));
  return typeof value === 'number' ? value : 0;
};

/** The `autoscaling/v1 Scale` of an object that has replicas. */
export function scaleOf(object: KubeObject, kind: Kind): KubeObject {
  const paths = kind.custom?.scale ?? BUILTIN;
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const selector = selectorText(object, paths.labelSelectorPath);
  return {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), uid, resourceVersion, creationTimestamp },
    spec: { replicas: numberAt(object, paths.specReplicasPath) },
    status: { replicas: numberAt(object, paths.statusReplicasPath), ...(selector === '' ? {} : { selector }) },
  };
}

function selectorText(object: KubeObject, path: string | undefined): string {
  const stated = path === undefined ? undefined : fieldAt(object, path.slice(1));
  if (typeof stated === 'string') return stated;
  const selector = fieldAt(object, 'spec.selector') as LabelSelector | undefined;
  return Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`).sort().join(',');
}

/** The object with the replicas that a Scale asks for. Throws 400 for a Scale without a whole number of replicas. */
export function withScale(object: KubeObject, scale: unknown, kind: Kind): KubeObject {
  const replicas = fieldAt(scale, 'spec.replicas') ?? 0;
  if (!Number.isInteger(replicas)) throw badRequest(`Scale "${object.metadata.name}": spec.replicas must be a whole number; got ${JSON.stringify(replicas)}`);
  const scaled = draft(object);
  const steps = (kind.custom?.scale ?? BUILTIN).specReplicasPath.slice(1).split('.');
  const last = steps.pop() ?? 'replicas';
  const parent = steps.reduce<Record<string, unknown>>((at, step) => {
    const inner = isFields(at[step]) ? at[step] : {};
    at[step] = inner;
    return inner;
  }, scaled);
  parent[last] = replicas;
  const version = fieldAt(scale, 'metadata.resourceVersion');
  if (typeof version === 'string' && version !== '') scaled.metadata.resourceVersion = version;
  return scaled;
}
