import { tagsInAws } from '../../desired/tracking';
import type { Observed, Resource, Tags } from '../../model/model';
import type { Difference, PlanContext } from '../change';

/** Tags that cluster installers and LBC's first version left; LBC never touches them on load balancers, target groups and groups (LBC's behaviour §5.2). */
const LEFT_ALONE = ['kubernetes.io/cluster-name', 'kubernetes.io/namespace', 'kubernetes.io/ingress-name', 'kubernetes.io/service-name', 'kubernetes.io/service-port', 'ingress.k8s.aws/cluster'];

/**
 * All tags exactly, with LBC's exceptions: AWS's own (`aws:…`), those that the settings leave to somebody else, and the old ones above.
 * A listener's tags count only where listeners are tagged at all.
 */
export function compareTags(desired: Resource, observed: Observed, context: PlanContext): Difference[] {
  if (desired.type === 'target-group-binding' || (desired.type === 'listener' && !context.tagListeners)) return [];
  const ours = (key: string) => !isLeftAlone(key, desired, context);
  const wanted = tagsInAws(context.stack, desired);
  const set = Object.entries(wanted).filter(([key, value]) => ours(key) && observed.observedTags[key] !== value);
  const remove = Object.keys(observed.observedTags).filter((key) => ours(key) && wanted[key] === undefined);
  return set.length === 0 && remove.length === 0 ? [] : [{ kind: 'tags', set: sorted(set), remove: remove.sort() }];
}

/** All tags of a creation, tracking tags included. Of a listener none, where listeners are not tagged. */
export function tagsOfCreation(desired: Resource, context: PlanContext): Tags {
  return desired.type === 'listener' && !context.tagListeners ? {} : sorted(Object.entries(tagsInAws(context.stack, desired)));
}

function isLeftAlone(key: string, desired: Resource, context: PlanContext): boolean {
  if (key.startsWith('aws:') || context.externalManagedTags.includes(key)) return true;
  return desired.type !== 'listener' && (LEFT_ALONE.includes(key) || key === `kubernetes.io/cluster/${context.stack.clusterName}`);
}

function sorted(entries: readonly (readonly [string, string])[]): Tags {
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
}
