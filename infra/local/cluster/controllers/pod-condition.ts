import type { Condition, Pod, PodStatus } from '../objects';

/** Whether a condition is True. */
export function isTrue(conditions: readonly Condition[] | undefined, type: string): boolean {
  return conditions?.some((condition) => condition.type === type && condition.status === 'True') === true;
}

/** The conditions with one set; its transition time moves only when its status does. `now` as the API writes time. */
export function withCondition(conditions: readonly Condition[] | undefined, condition: Condition, now: string): Condition[] {
  const known = conditions?.find(({ type }) => type === condition.type);
  const lastTransitionTime = known?.status === condition.status ? (known.lastTransitionTime ?? now) : now;
  const next = { ...known, ...condition, lastTransitionTime };
  return known === undefined ? [...(conditions ?? []), next] : (conditions ?? []).map((each) => (each.type === condition.type ? next : each));
}

/** A pod that counts for its owner: not deleted, not finished. */
export function isActive({ metadata, status }: Pod): boolean {
  return metadata.deletionTimestamp === undefined && status?.phase !== 'Succeeded' && status?.phase !== 'Failed';
}

/** Ready in the eyes of Services: containers and readiness gates. */
export function isPodReady(pod: Pod): boolean {
  return isTrue(pod.status?.conditions, 'Ready');
}

/** Ready for `minReadySeconds` at least. `now` in milliseconds; `factor` scales the seconds. */
export function isPodAvailable(pod: Pod, { minReadySeconds, now, factor }: { minReadySeconds: number; now: number; factor: number }): boolean {
  const since = pod.status?.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime;
  return isPodReady(pod) && (minReadySeconds === 0 || now - Date.parse(since ?? '') >= minReadySeconds * 1000 * factor);
}

/** Ready is the containers and every readiness gate together. */
export function readyCondition(pod: Pod, { containersReady, nodeReady }: { containersReady: boolean; nodeReady: boolean }): Condition {
  const missing = (pod.spec.readinessGates ?? []).map(({ conditionType }) => conditionType).filter((type) => !isTrue(pod.status?.conditions, type));
  if (!containersReady) return { type: 'Ready', status: 'False', reason: 'ContainersNotReady', message: `containers with unready status: [${pod.spec.containers.map(({ name }) => name).join(' ')}]` };
  if (missing.length > 0) {
    const text = missing.map((type) => `corresponding condition of pod readiness gate "${type}" does not exist or is not "True".`).join(' ');
    return { type: 'Ready', status: 'False', reason: 'ReadinessGatesNotReady', message: text };
  }
  return nodeReady ? { type: 'Ready', status: 'True' } : { type: 'Ready', status: 'False', reason: 'NodeNotReady' };
}

/** The status without what no longer holds of a condition (reason and message of an earlier state). */
export function replaceCondition(status: PodStatus, condition: Condition, now: string): PodStatus {
  const bare = status.conditions?.map((each) => (each.type === condition.type ? { type: each.type, status: each.status, ...(each.lastTransitionTime === undefined ? {} : { lastTransitionTime: each.lastTransitionTime }) } : each));
  return { ...status, conditions: withCondition(bare, condition, now) };
}
