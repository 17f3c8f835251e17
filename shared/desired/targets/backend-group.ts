import { backendGroupName } from '../names';
import { backendGroupTags } from '../tracking';

/** The shared backend security group of a cluster, as LBC names and tags it (LBC's behaviour §4.6). */
export interface BackendGroup {
  readonly name: string;
  readonly description: string;
  readonly tags: Readonly<Record<string, string>>;
  /** The tags that it is found by. */
  readonly identity: Readonly<Record<string, string>>;
}

/** What the shared backend group of a cluster looks like; `clusterName` is the name in LBC's tags. */
export function backendGroup(clusterName: string, defaultTags: Readonly<Record<string, string>>): BackendGroup {
  const identity = backendGroupTags(clusterName);
  return { name: backendGroupName(clusterName), description: '[k8s] Shared Backend SecurityGroup for LoadBalancer', tags: { ...defaultTags, ...identity }, identity };
}
