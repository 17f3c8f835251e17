import type { Condition, Pod } from '../../model/kubernetes';
import type { ObservedTarget } from './target';

/** A condition that belongs into a pod's status. */
export interface PodCondition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime: 'now' | 'unchanged';
}

/** The readiness gate of a binding. A pod that lists it is ready only when its target is healthy (LBC's behaviour §3.5). */
export function readinessGate(binding: string): string {
  return `target-health.elbv2.k8s.aws/${binding}`;
}

/** Whether a pod waits for this binding. */
export function isGated(pod: Pod, binding: string): boolean {
  return (pod.spec?.readinessGates ?? []).some(({ conditionType }) => conditionType === readinessGate(binding));
}

/** What ELBv2 says of a target, or that it is being registered, as a condition. */
export function healthOf(target: ObservedTarget | 'registering' | undefined): Pick<PodCondition, 'status' | 'reason' | 'message'> {
  if (target === undefined) return { status: 'Unknown' };
  if (target === 'registering') return { status: 'False', reason: 'Elb.RegistrationInProgress', message: 'Target registration is in progress' };
  return { status: target.state === 'healthy' ? 'True' : 'False', ...(target.reason ? { reason: target.reason } : {}), ...(target.description ? { message: target.description } : {}) };
}

/**
 * The health that a pod's condition tells: of all its targets the worst one, so that a pod with two ports is ready only when both are. Sorted by `id:port` as
 * text, the first one that is not healthy speaks.
 */
export function worstHealth(entries: readonly { readonly identity: string; readonly health: ReturnType<typeof healthOf> }[]): ReturnType<typeof healthOf> {
  const sorted = [...entries].sort((a, b) => (a.identity < b.identity ? -1 : 1)).map(({ health }) => health);
  return sorted.find(({ status }) => status !== 'True') ?? sorted[0] ?? healthOf(undefined);
}

/** The condition to write, or undefined where the pod has it already: status, reason and message decide; the time moves with the status only. */
export function changedCondition(pod: Pod, type: string, wanted: Pick<PodCondition, 'status' | 'reason' | 'message'>): PodCondition | undefined {
  const present = pod.status?.conditions?.find((condition: Condition) => condition.type === type);
  if (present && present.status === wanted.status && (present.reason ?? '') === (wanted.reason ?? '') && (present.message ?? '') === (wanted.message ?? '')) return undefined;
  return { type, ...wanted, lastTransitionTime: present?.status === wanted.status ? 'unchanged' : 'now' };
}
