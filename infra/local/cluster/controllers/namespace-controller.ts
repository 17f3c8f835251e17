import { draft, timestamp } from '../kube-object';
import type { Condition, Namespace } from '../objects';
import type { ClusterApi } from './cluster-api';
import { withCondition } from './pod-condition';
import type { Controller } from './run-controller';

/** Looks again at what still holds a namespace, should no event announce that it has gone. */
const RECHECK_MS = 5000;

/** Gives every namespace its ServiceAccount, and empties a deleted one: it goes once all of its contents are gone. */
export function namespaceController(api: ClusterApi): Controller {
  return {
    allKeys: () => api.list('namespaces').map(({ metadata }) => metadata.name),
    keysOf({ storedAs, object, type }) {
      if (storedAs === 'namespaces') return [object.metadata.name];
      return (type === 'DELETED' || storedAs === 'serviceaccounts') && object.metadata.namespace !== undefined ? [object.metadata.namespace] : [];
    },
    reconcile(name) {
      const namespace = api.get('namespaces', undefined, name);
      if (namespace === undefined) return undefined;
      if (namespace.metadata.deletionTimestamp !== undefined) return empty(api, namespace);
      if (api.get('serviceaccounts', name, 'default') === undefined) api.create('serviceaccounts', { metadata: { name: 'default', namespace: name } });
      return undefined;
    },
  };
}

function empty(api: ClusterApi, namespace: Namespace): number | undefined {
  const places = [...new Set(api.context.kinds.all().filter((kind) => kind.namespaced && kind.verbs.includes('list')).map((kind) => kind.storedAs))];
  const contents = () => places.flatMap((storedAs) => api.list(storedAs, namespace.metadata.name).map((object) => ({ storedAs, object })));
  for (const { storedAs, object } of contents()) if (object.metadata.deletionTimestamp === undefined) api.remove(storedAs, object, { propagationPolicy: 'Background' });
  const remaining = contents();
  if (remaining.length === 0) {
    api.update('namespaces', { ...draft(namespace), spec: { finalizers: [] } }, 'finalize');
    return undefined;
  }
  reportRemaining(api, { namespace, remaining });
  return RECHECK_MS;
}

interface Remaining {
  readonly namespace: Namespace;
  readonly remaining: readonly { readonly storedAs: string; readonly object: { readonly metadata: { readonly finalizers?: string[] } } }[];
}

function reportRemaining(api: ClusterApi, { namespace, remaining }: Remaining): void {
  const count = (values: readonly string[]) => [...new Set(values)].sort().map((value) => ({ value, found: values.filter((each) => each === value).length }));
  const kinds = count(remaining.map(({ storedAs }) => storedAs)).map(({ value, found }) => `${value} has ${found} resource instances`);
  const finalizers = count(remaining.flatMap(({ object }) => object.metadata.finalizers ?? [])).map(({ value, found }) => `${value} in ${found} resource instances`);
  const conditions: Condition[] = [
    { type: 'NamespaceContentRemaining', status: 'True', reason: 'SomeResourcesRemain', message: `Some resources are remaining: ${kinds.join(', ')}` },
    finalizers.length === 0
      ? { type: 'NamespaceFinalizersRemaining', status: 'False', reason: 'ContentHasNoFinalizers', message: 'All content-preserving finalizers finished' }
      : { type: 'NamespaceFinalizersRemaining', status: 'True', reason: 'SomeFinalizersRemain', message: `Some content in the namespace has finalizers remaining: ${finalizers.join(', ')}` },
  ];
  const now = timestamp(api.context.clock.now());
  const known = conditions.reduce((all, condition) => withCondition(all, condition, now), namespace.status?.conditions ?? []);
  api.update('namespaces', { ...draft(namespace), status: { phase: 'Terminating', conditions: known } }, 'status');
}
