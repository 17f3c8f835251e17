import { matchesSelector } from '../api/selectors';
import { draft } from '../kube-object';
import type { Pod, ReplicaSet } from '../objects';
import type { ClusterApi } from './cluster-api';
import { controllerOf, ownerReference } from './ownership';
import { isActive, isPodAvailable, isPodReady } from './pod-condition';
import { recordEvent } from './record-event';
import type { Controller } from './run-controller';
import { keyOf, splitKey } from './run-controller';

const PLACE = 'replicasets.apps';
const COMPONENT = 'replicaset-controller';
/** How many pods one reconcile creates or deletes at most, as a real controller bursts. */
const BURST = 500;

/** Keeps as many pods as each ReplicaSet asks for. */
export function replicaSetController({ api, factor }: { api: ClusterApi; factor: number }): Controller {
  return {
    allKeys: () => api.list(PLACE).map(keyOf),
    keysOf({ storedAs, object }) {
      if (storedAs === PLACE) return [keyOf(object)];
      if (storedAs !== 'pods') return [];
      const owner = controllerOf(object);
      if (owner?.kind === 'ReplicaSet') return [`${object.metadata.namespace}/${owner.name}`];
      return owner === undefined ? api.list(PLACE, object.metadata.namespace).filter(({ spec }) => matchesSelector(object.metadata.labels ?? {}, spec.selector)).map(keyOf) : [];
    },
    reconcile(key) {
      const set = api.get(PLACE, ...splitKey(key));
      if (set === undefined) return undefined;
      const pods = claimPods(api, set).filter(isActive);
      const missing = (set.spec.replicas ?? 1) - pods.length;
      if (set.metadata.deletionTimestamp === undefined && missing > 0) createPods(api, set, missing);
      if (set.metadata.deletionTimestamp === undefined && missing < 0) deletePods(api, { set, pods, count: -missing });
      return writeStatus(api, { set, factor });
    },
  };
}

/** Its own pods, and those without an owner that match its selector: they become its own. */
function claimPods(api: ClusterApi, set: ReplicaSet): Pod[] {
  const pods = api.list('pods', set.metadata.namespace);
  if (set.metadata.deletionTimestamp === undefined) {
    const orphans = pods.filter((pod) => controllerOf(pod) === undefined && isActive(pod) && matchesSelector(pod.metadata.labels ?? {}, set.spec.selector));
    for (const pod of orphans) api.update('pods', { ...draft(pod), metadata: { ...draft(pod.metadata), ownerReferences: [...(pod.metadata.ownerReferences ?? []), ownerReference(set)] } });
  }
  return api.list('pods', set.metadata.namespace).filter((pod) => controllerOf(pod)?.uid === set.metadata.uid);
}

function createPods(api: ClusterApi, set: ReplicaSet, missing: number): void {
  const { template } = set.spec;
  for (let made = 0; made < Math.min(missing, BURST); made += 1) {
    const metadata = { ...draft(template.metadata ?? {}), generateName: `${set.metadata.name}-`, ...(set.metadata.namespace === undefined ? {} : { namespace: set.metadata.namespace }), ownerReferences: [ownerReference(set)] };
    const pod = api.create('pods', { metadata, spec: draft(template.spec) });
    recordEvent(api, set, { reason: 'SuccessfulCreate', message: `Created pod: ${pod.metadata.name}`, component: COMPONENT });
  }
}

function deletePods(api: ClusterApi, { set, pods, count }: { set: ReplicaSet; pods: readonly Pod[]; count: number }): void {
  const perNode = new Map<string, number>();
  for (const { spec } of pods) perNode.set(spec.nodeName ?? '', (perNode.get(spec.nodeName ?? '') ?? 0) + 1);
  /** The least useful first: unassigned, not ready, on a crowded node, young. */
  const rank = (pod: Pod) => [pod.spec.nodeName === undefined ? 0 : 1, isPodReady(pod) ? 1 : 0, -(perNode.get(pod.spec.nodeName ?? '') ?? 0), -Date.parse(pod.metadata.creationTimestamp)];
  const chosen = [...pods].sort((left, right) => compareRanks(rank(left), rank(right))).slice(0, Math.min(count, BURST));
  for (const pod of chosen) {
    api.remove('pods', pod);
    recordEvent(api, set, { reason: 'SuccessfulDelete', message: `Deleted pod: ${pod.metadata.name}`, component: COMPONENT });
  }
}

function compareRanks(left: readonly number[], right: readonly number[]): number {
  const at = left.findIndex((value, index) => value !== right[index]);
  return at < 0 ? 0 : (left[at] ?? 0) - (right[at] ?? 0);
}

function writeStatus(api: ClusterApi, { set, factor }: { set: ReplicaSet; factor: number }): number | undefined {
  const pods = api.list('pods', set.metadata.namespace).filter((pod) => controllerOf(pod)?.uid === set.metadata.uid && isActive(pod));
  const minReadySeconds = set.spec.minReadySeconds ?? 0;
  const now = api.context.clock.now();
  const ready = pods.filter(isPodReady);
  const available = ready.filter((pod) => isPodAvailable(pod, { minReadySeconds, now, factor }));
  const counts = { fullyLabeledReplicas: pods.length, readyReplicas: ready.length, availableReplicas: available.length };
  const positive = Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
  const status = { replicas: pods.length, ...positive, observedGeneration: set.metadata.generation ?? 1 };
  const fresh = api.get(PLACE, set.metadata.namespace, set.metadata.name);
  if (fresh !== undefined) api.update(PLACE, { ...draft(fresh), status }, 'status');
  return available.length < ready.length ? minReadySeconds * 1000 : undefined;
}
