import { timestamp } from '../kube-object';
import type { Condition, Deployment, ReplicaSet } from '../objects';
import { limits } from './plan-rollout';
import { withCondition } from './pod-condition';

interface Observed {
  readonly deployment: Deployment;
  readonly sets: readonly ReplicaSet[];
  readonly desired: ReplicaSet | undefined;
  /** Milliseconds on the cluster's clock. */
  readonly now: number;
  readonly factor: number;
}

type Status = NonNullable<Deployment['status']>;

/** A Deployment's status from its ReplicaSets, and after how many milliseconds (unscaled) its deadline has to be looked at. */
export function deploymentStatus(observed: Observed): { status: Status; againMs: number | undefined } {
  const { deployment, sets, desired } = observed;
  const sum = (field: 'replicas' | 'readyReplicas' | 'availableReplicas') => sets.reduce((total, set) => total + (set.status?.[field] ?? 0), 0);
  const replicas = sum('replicas');
  const available = sum('availableReplicas');
  const counts = { replicas, updatedReplicas: desired?.status?.replicas ?? 0, readyReplicas: sum('readyReplicas'), availableReplicas: available, unavailableReplicas: Math.max(0, (deployment.spec.replicas ?? 1) - available) };
  const status: Status = { observedGeneration: deployment.metadata.generation ?? 1, ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)) };
  const progressing = progress(observed, status);
  const conditions = [availability(deployment, available), progressing.condition].reduce((known, condition) => stamped(known, condition, observed.now), deployment.status?.conditions ?? []);
  return { status: { ...status, conditions }, againMs: progressing.againMs };
}

/** `lastUpdateTime` moves with any change of the condition, `lastTransitionTime` only with its status. */
function stamped(known: readonly Condition[], condition: Condition, now: number): Condition[] {
  const before = known.find(({ type }) => type === condition.type);
  if (condition.lastUpdateTime !== undefined) return withCondition(known, condition, timestamp(now));
  const isSame = before !== undefined && before.reason === condition.reason && before.status === condition.status && before.message === condition.message;
  return withCondition(known, { ...condition, lastUpdateTime: isSame ? (before.lastUpdateTime ?? timestamp(now)) : timestamp(now) }, timestamp(now));
}

function availability(deployment: Deployment, available: number): Condition {
  const enough = available >= (deployment.spec.replicas ?? 1) - limits(deployment).maxUnavailable;
  return enough
    ? { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable', message: 'Deployment has minimum availability.' }
    : { type: 'Available', status: 'False', reason: 'MinimumReplicasUnavailable', message: 'Deployment does not have minimum availability.' };
}

function progress({ deployment, desired, now, factor }: Observed, status: Status): { condition: Condition; againMs: number | undefined } {
  const wanted = deployment.spec.replicas ?? 1;
  const name = desired?.metadata.name ?? deployment.metadata.name;
  const known = deployment.status?.conditions?.find(({ type }) => type === 'Progressing');
  const isComplete = (status.updatedReplicas ?? 0) === wanted && (status.replicas ?? 0) === wanted && (status.availableReplicas ?? 0) === wanted;
  if (isComplete) return { condition: { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable', message: `ReplicaSet "${name}" has successfully progressed.` }, againMs: undefined };
  if (deployment.spec.paused === true) return { condition: { type: 'Progressing', status: 'Unknown', reason: 'DeploymentPaused', message: 'Deployment is paused' }, againMs: undefined };
  const deadlineMs = 1000 * (deployment.spec.progressDeadlineSeconds ?? 600);
  const since = hasMoved(deployment, status) || known === undefined ? now : Date.parse(known.lastUpdateTime ?? '');
  const left = deadlineMs - (now - since) / factor;
  if (left <= 0) return { condition: { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: `ReplicaSet "${name}" has timed out progressing.` }, againMs: undefined };
  const moved = `ReplicaSet "${name}" is progressing.`;
  return { condition: { type: 'Progressing', status: 'True', reason: 'ReplicaSetUpdated', message: moved, ...(hasMoved(deployment, status) ? { lastUpdateTime: timestamp(now) } : {}) }, againMs: left + 1000 };
}

function hasMoved({ status: before = {} }: Deployment, status: Status): boolean {
  return (['updatedReplicas', 'readyReplicas', 'availableReplicas'] as const).some((field) => (status[field] ?? 0) > (before[field] ?? 0));
}
