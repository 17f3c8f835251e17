import { OWN_TARGETS_KEY, formatOwnTargets, ownTargetsName, parseOwnTargets } from '../desired/targets/multi-cluster';
import { type ClusterClient, RESOURCES } from '../kubernetes/cluster-client';
import type { TargetGroupBinding } from '../model/kubernetes';

/** The targets of a shared target group that this cluster wrote down as its own; undefined for a binding that has its group to itself. */
export async function readOwnTargets(client: ClusterClient, binding: TargetGroupBinding): Promise<ReadonlySet<string> | undefined> {
  if (!binding.spec.multiClusterTargetGroup) return undefined;
  const found = await client.get(RESOURCES.configMaps, nameOf(binding));
  return parseOwnTargets((found?.['data'] as Record<string, string> | undefined)?.[OWN_TARGETS_KEY]);
}

/** Writes them down, in LBC's form. Written before a target is registered, so that a crash leaves no target that nobody owns. No list yet and an empty one say the same: neither is written. */
export async function writeOwnTargets(client: ClusterClient, { binding, ids, known }: { binding: TargetGroupBinding; ids: Iterable<string>; known: ReadonlySet<string> }): Promise<ReadonlySet<string>> {
  const text = formatOwnTargets(ids);
  if (text === formatOwnTargets(known)) return known;
  await client.apply(RESOURCES.configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: nameOf(binding), data: { [OWN_TARGETS_KEY]: text } });
  return parseOwnTargets(text);
}

/** Silent where it is gone already. */
export async function deleteOwnTargets(client: ClusterClient, binding: TargetGroupBinding): Promise<void> {
  if (binding.spec.multiClusterTargetGroup) await client.delete(RESOURCES.configMaps, nameOf(binding));
}

function nameOf(binding: TargetGroupBinding): { namespace: string; name: string } {
  return { namespace: binding.metadata.namespace ?? '', name: ownTargetsName(binding) };
}
