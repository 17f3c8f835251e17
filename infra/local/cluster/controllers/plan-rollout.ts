import type { Deployment, ReplicaSet } from '../objects';

/** A Deployment with the ReplicaSet of its present template and those of earlier ones. */
export interface Rollout {
  readonly deployment: Deployment;
  readonly desired: ReplicaSet;
  readonly old: readonly ReplicaSet[];
  /** Pods of earlier templates that still exist, those that terminate included. */
  readonly oldPods: number;
}

/** The size that each ReplicaSet (by uid) should have next. Source: Kubernetes, "Deployments": Recreate and RollingUpdate with maxSurge and maxUnavailable. */
export function planRollout(rollout: Rollout): Map<string, number> {
  const sizes = new Map([rollout.desired, ...rollout.old].map((set) => [set.metadata.uid, set.spec.replicas ?? 0]));
  if (rollout.deployment.spec.paused === true && rollout.old.every((set) => (set.spec.replicas ?? 0) === 0)) sizes.set(rollout.desired.metadata.uid, replicasOf(rollout.deployment));
  else if (rollout.deployment.spec.paused === true) return sizes;
  else if (rollout.deployment.spec.strategy?.type === 'Recreate') recreate(rollout, sizes);
  else roll(rollout, sizes);
  return sizes;
}

const replicasOf = ({ spec }: Deployment) => spec.replicas ?? 1;

/** Old pods go first; the new ones come when none of the old is left. */
function recreate({ deployment, desired, old, oldPods }: Rollout, sizes: Map<string, number>): void {
  for (const set of old) sizes.set(set.metadata.uid, 0);
  if (oldPods === 0) sizes.set(desired.metadata.uid, replicasOf(deployment));
}

function roll({ deployment, desired, old }: Rollout, sizes: Map<string, number>): void {
  const replicas = replicasOf(deployment);
  const { maxSurge, maxUnavailable } = limits(deployment);
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  const size = sizes.get(desired.metadata.uid) ?? 0;
  const room = Math.max(0, replicas + maxSurge - total);
  sizes.set(desired.metadata.uid, size > replicas ? replicas : size + Math.min(room, replicas - size));
  shrinkOld({ desired, old, sizes, minAvailable: replicas - maxUnavailable });
}

interface Shrink {
  readonly desired: ReplicaSet;
  readonly old: readonly ReplicaSet[];
  readonly sizes: Map<string, number>;
  readonly minAvailable: number;
}

/** Old pods that are not available cost nothing and go first; available ones as far as enough others are there. */
function shrinkOld({ desired, old, sizes, minAvailable }: Shrink): void {
  const newUnavailable = (desired.spec.replicas ?? 0) - (desired.status?.availableReplicas ?? 0);
  const total = old.reduce((sum, set) => sum + (set.spec.replicas ?? 0), desired.spec.replicas ?? 0);
  let allowed = Math.max(0, total - minAvailable - newUnavailable);
  const take = (set: ReplicaSet, wanted: number) => {
    const size = sizes.get(set.metadata.uid) ?? 0;
    const taken = Math.min(size, wanted, allowed);
    sizes.set(set.metadata.uid, size - taken);
    allowed -= taken;
    return taken;
  };
  for (const set of old) take(set, (set.spec.replicas ?? 0) - (set.status?.availableReplicas ?? 0));
  const available = [desired, ...old].reduce((sum, set) => sum + (set.status?.availableReplicas ?? 0), 0);
  let surplus = Math.max(0, available - minAvailable);
  for (const set of old) surplus -= take(set, surplus);
}

/** Percentages of the replicas: surge rounded up, unavailable rounded down; never both zero. */
export function limits({ spec }: Deployment): { maxSurge: number; maxUnavailable: number } {
  const { maxSurge = '25%', maxUnavailable = '25%' } = spec.strategy?.rollingUpdate ?? {};
  const replicas = spec.replicas ?? 1;
  const surge = Math.ceil(share(maxSurge, replicas));
  const unavailable = Math.floor(share(maxUnavailable, replicas));
  return { maxSurge: surge, maxUnavailable: surge === 0 && unavailable === 0 ? 1 : Math.min(unavailable, replicas) };
}

function share(value: number | string, replicas: number): number {
  return typeof value === 'number' ? value : (Number(value.replace('%', '')) * replicas) / 100;
}
