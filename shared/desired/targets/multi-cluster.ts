import type { TargetGroupBinding } from '../../model/kubernetes';
import { type Target, targetIdentity } from './target';

/** Key in the ConfigMap that lists a cluster's own targets. */
export const OWN_TARGETS_KEY = 'targets';

/** Name of the ConfigMap that lists which targets of a shared target group are this cluster's (LBC's behaviour §3.7). */
export function ownTargetsName(binding: TargetGroupBinding): string {
  return `aws-lbc-targets-${binding.metadata.name}`;
}

/** The list in a ConfigMap; empty where there is none yet, so that the first pass takes nobody's target away. */
export function parseOwnTargets(text: string | undefined): ReadonlySet<string> {
  return new Set((text ?? '').split(',').filter((id) => id !== ''));
}

/** The list as it is kept: sorted, each target once. */
export function formatOwnTargets(ids: Iterable<string>): string {
  return [...new Set(ids)].sort().join(',');
}

/** Identities of all wanted targets, those included that a limit keeps out for now. */
export function ownTargets(targets: readonly Target[], quic: boolean): string[] {
  return targets.map((target) => targetIdentity(target, quic));
}
