import { createHash } from 'node:crypto';
import stringify from 'fast-json-stable-stringify';
import type { Settings } from '../contract/settings';
import type { TargetFacts, TargetResolution } from '../desired/targets/target';
import type { TargetGroupBinding } from '../model/kubernetes';

/** A short text that is equal for equal values, whatever the order of their fields. */
export function digest(value: unknown): string {
  return createHash('sha256').update(stringify(value)).digest('base64url').slice(0, 22);
}

/** What of a binding decides its targets and rules: spec, identity, and whether it is going away. */
export function digestBinding(binding: TargetGroupBinding): string {
  return digest({ uid: binding.metadata.uid, spec: binding.spec, deleting: binding.metadata.deletionTimestamp !== undefined });
}

/**
 * What a pass would do, in short: the targets, what is wrong, and what the rules on their groups depend on. Equal digests mean that nothing happened,
 * however often kubelets write their status, and whatever becomes of pods that are no targets yet or no longer.
 */
export function digestWish(wish: { resolution: TargetResolution; facts: TargetFacts; settings: Settings }): string {
  const { resolution, facts, settings } = wish;
  const { maxTargetsPerTargetGroup, disableRestrictedSecurityGroupRules, serviceTargetEniSecurityGroupTags } = settings;
  const targets = resolution.outcome === 'resolved' ? resolution.targets : [];
  const serving = new Set(targets.map(({ pod }) => pod));
  const pods = facts.pods.filter(({ metadata }) => serving.has(metadata.name)).map(({ metadata, spec, status }) => ({
    uid: metadata.uid,
    branch: metadata.annotations?.['vpc.amazonaws.com/pod-eni'],
    addresses: status?.podIPs ?? status?.podIP,
    ports: [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].map(({ ports }) => ports),
  }));
  const { outcome, problems } = resolution;
  return digest({ outcome, problems, targets: inOrder(targets), pods: inOrder(pods), settings: { maxTargetsPerTargetGroup, disableRestrictedSecurityGroupRules, serviceTargetEniSecurityGroupTags } });
}

/** Slices and lists have no order that means anything. */
function inOrder(values: readonly unknown[]): string[] {
  return values.map((value) => stringify(value)).sort();
}
