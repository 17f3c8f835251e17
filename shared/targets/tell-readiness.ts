import type { TargetChanges } from '../desired/targets/match-targets';
import { type PodCondition, changedCondition, healthOf, isGated, readinessGate, worstHealth } from '../desired/targets/target-conditions';
import { type ObservedTarget, type Target, type TargetFacts, targetIdentity } from '../desired/targets/target';
import { type ClusterClient, RESOURCES } from '../kubernetes/cluster-client';
import type { Pod } from '../model/kubernetes';

/** What the gates of one binding's pods are set from. */
export interface Readiness {
  readonly client: ClusterClient;
  /** Name of the binding. */
  readonly binding: string;
  readonly pods: readonly Pod[];
  readonly targets: readonly Target[];
  readonly observed: readonly ObservedTarget[];
  readonly changes: TargetChanges;
  readonly quic: boolean;
  readonly now: number;
}

/** Sets the readiness gates of pods to what the target group says of their targets. Answers whether a gated pod is still waited for. */
export async function tellReadiness({ client, binding, pods, targets, observed, changes, quic, now }: Readiness): Promise<boolean> {
  const registering = new Set(changes.register.map((target) => targetIdentity(target, quic)));
  const known = new Map(observed.map((target) => [targetIdentity(target, quic), target]));
  let waiting = false;
  for (const pod of pods.filter((candidate) => isGated(candidate, binding))) {
    const own = targets.filter((target) => target.pod === pod.metadata.name).map((target) => targetIdentity(target, quic));
    const told = own.filter((identity) => registering.has(identity) || known.has(identity));
    if (told.length === 0) continue;
    const health = worstHealth(told.map((identity) => ({ identity, health: healthOf(registering.has(identity) ? 'registering' : known.get(identity)) })));
    waiting ||= health.status !== 'True';
    await setCondition(client, { pod, condition: changedCondition(pod, readinessGate(binding), health), now });
  }
  return waiting;
}

/**
 * Whether a pod that is no target yet waits for this binding's gate. No event tells when its containers are ready: its endpoint stays unready until this very
 * gate opens (LBC's behaviour §3.5).
 */
export function hasStartingPod({ binding, pods }: Pick<TargetFacts, 'binding' | 'pods'>, targets: readonly Target[]): boolean {
  const serving = new Set(targets.map(({ pod }) => pod));
  return pods.some((pod) => isGated(pod, binding.metadata.name) && !serving.has(pod.metadata.name) && pod.metadata.deletionTimestamp === undefined);
}

/** Writes one condition, with the pod's uid as precondition. Silent where the pod is gone or has the condition already. */
export async function setCondition(client: ClusterClient, { pod, condition, now }: { pod: Pod; condition: PodCondition | undefined; now: number }): Promise<void> {
  if (!condition) return;
  const present = pod.status?.conditions?.find(({ type }) => type === condition.type)?.lastTransitionTime;
  const time = condition.lastTransitionTime === 'unchanged' && present !== undefined ? present : new Date(now).toISOString().replace(/\.\d+Z$/, 'Z');
  const { uid, namespace = '', name } = pod.metadata;
  const body = { metadata: { uid }, status: { conditions: [{ ...condition, reason: condition.reason ?? '', message: condition.message ?? '', lastTransitionTime: time }] } };
  await client.patch(RESOURCES.pods, { namespace, name }, { type: 'strategic', body }, { subresource: 'status' });
}

/** Nobody waits for a binding that is gone or has nothing to serve: all pods of the namespace that carry its gate become ready (LBC's behaviour §3.5). */
export async function openGates(client: ClusterClient, { namespace, name, now }: { namespace: string; name: string; now: number }): Promise<void> {
  const pods = await client.list(RESOURCES.pods, { namespace });
  for (const pod of pods.map((object) => object as unknown as Pod).filter((candidate) => isGated(candidate, name))) {
    await setCondition(client, { pod, condition: changedCondition(pod, readinessGate(name), { status: 'True', message: 'Target Group Binding is deleted' }), now });
  }
}
