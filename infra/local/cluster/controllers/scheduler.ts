import { matchesSelector } from '../api/selectors';
import { draft, timestamp } from '../kube-object';
import type { Node, Pod } from '../objects';
import type { ClusterApi } from './cluster-api';
import { isTrue, withCondition } from './pod-condition';
import { recordEvent } from './record-event';
import type { Controller } from './run-controller';
import { keyOf, splitKey } from './run-controller';

/** Gives each pod a node: one that is ready, fits its selector and taints, and has the fewest pods of the same owner. */
export function scheduler(api: ClusterApi): Controller {
  const waiting = () => api.list('pods').filter((pod) => pod.spec.nodeName === undefined).map(keyOf);
  return {
    allKeys: waiting,
    keysOf({ storedAs, object, type }) {
      if (storedAs === 'nodes') return waiting();
      return storedAs === 'pods' && type !== 'DELETED' && (object as Pod).spec.nodeName === undefined ? [keyOf(object)] : [];
    },
    reconcile(key) {
      const pod = api.get('pods', ...splitKey(key));
      if (pod === undefined || pod.spec.nodeName !== undefined || pod.metadata.deletionTimestamp !== undefined) return undefined;
      const nodes = api.list('nodes');
      const node = chooseNode(pod, nodes.filter((each) => fits(pod, each)), api.list('pods'));
      if (node === undefined) reportUnschedulable(api, pod, nodes.length);
      else bind(api, pod, node);
      return undefined;
    },
  };
}

function fits({ spec }: Pod, { metadata, spec: node, status }: Node): boolean {
  if (metadata.deletionTimestamp !== undefined || node.unschedulable === true || !isTrue(status?.conditions, 'Ready')) return false;
  const tolerated = (node.taints ?? []).filter(({ effect }) => effect !== 'PreferNoSchedule').every((taint) =>
    (spec.tolerations ?? []).some(({ key, operator, value, effect }) => (key === undefined || key === taint.key) && (effect === undefined || effect === taint.effect) && (operator === 'Exists' || (value ?? '') === (taint.value ?? ''))),
  );
  return tolerated && matchesSelector(metadata.labels ?? {}, { matchLabels: spec.nodeSelector ?? {} });
}

function chooseNode(pod: Pod, candidates: readonly Node[], pods: readonly Pod[]): Node | undefined {
  const owner = pod.metadata.ownerReferences?.[0]?.uid;
  const weight = ({ metadata }: Node) => {
    const here = pods.filter(({ spec }) => spec.nodeName === metadata.name);
    return here.filter((each) => owner !== undefined && each.metadata.ownerReferences?.[0]?.uid === owner).length * 1000 + here.length;
  };
  return [...candidates].sort((left, right) => weight(left) - weight(right))[0];
}

/** The scheduler's binding: the one way in which a pod's node is set. */
function bind(api: ClusterApi, pod: Pod, node: Node): void {
  const now = timestamp(api.context.clock.now());
  const bound = draft(pod);
  bound.spec.nodeName = node.metadata.name;
  bound.status = { ...bound.status, conditions: withCondition(bound.status?.conditions, { type: 'PodScheduled', status: 'True' }, now) };
  api.context.store.put('pods', bound);
  recordEvent(api, pod, { reason: 'Scheduled', message: `Successfully assigned ${keyOf(pod)} to ${node.metadata.name}`, component: 'default-scheduler' });
}

function reportUnschedulable(api: ClusterApi, pod: Pod, nodes: number): void {
  const message = `0/${nodes} nodes are available: none is ready, schedulable, tolerated and matches the pod's node selector.`;
  const now = timestamp(api.context.clock.now());
  const conditions = withCondition(pod.status?.conditions, { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }, now);
  api.update('pods', { ...draft(pod), status: { ...pod.status, conditions } }, 'status');
  recordEvent(api, pod, { type: 'Warning', reason: 'FailedScheduling', message, component: 'default-scheduler' });
}
