import type { Ec2, SecurityGroup } from '../aws/ec2';
import { awsCode } from '../aws/errors';
import { ConflictError, NotReadyError, UserConfigError } from '../contract/errors';
import type { ClusterItem } from '../contract/items';
import { formatKey } from '../contract/keys';
import { type BackendGroup, backendGroup } from '../desired/targets/backend-group';
import type { Store } from '../store/store';
import type { ForgetArn, RememberArn } from '../store/take-over';

/** What finding or making the shared backend group needs. */
export interface BackendGroupDeps {
  readonly store: Pick<Store, 'leases' | 'contributions'>;
  readonly ec2: Pick<Ec2, 'describeSecurityGroups' | 'createSecurityGroup' | 'createTags' | 'deleteTags'>;
  readonly rememberArn: RememberArn;
}

/** The key of a cluster's shared backend group. */
export function backendKey(cluster: Pick<ClusterItem, 'id' | 'vpcId'>): string {
  return formatKey({ kind: 'backend', cluster: cluster.id, vpc: cluster.vpcId });
}

/**
 * The id of the cluster's shared backend security group; made if there is none, its tags put right when it is first found. `userKey` (the key of the load balancer that uses it) is written down first, so that nobody
 * deletes the group meanwhile. No call to AWS where the id is known. Throws `NotReady` while the group is being deleted, `UserConfig` where a foreign group has its name.
 */
export async function ensureBackendGroup({ cluster, userKey }: { cluster: ClusterItem; userKey: string }, deps: BackendGroupDeps): Promise<string> {
  const { backendSecurityGroup } = cluster.settings;
  if (backendSecurityGroup !== '') return backendSecurityGroup;
  const key = backendKey(cluster);
  await deps.store.contributions.addUser(key, userKey);
  const state = await deps.store.leases.read(key);
  if (state?.phase === 'Deleting') throw new NotReadyError(`${key}: the shared backend security group is being deleted; it is made anew right after`);
  if (state?.arn !== undefined && state.phase !== 'Deleted') return state.arn;
  const wanted = backendGroup(cluster.name, cluster.settings.defaultTags);
  const found = await lookUp(cluster, deps);
  if (found) await keepTags(found, wanted, { cluster, deps });
  const groupId = found?.GroupId ?? (await createBackendGroup(cluster, wanted, deps));
  if (!state) await deps.store.leases.markDirty(key);
  await deps.rememberArn(key, groupId);
  return groupId;
}

/** AWS does not know the group: somebody deleted it, or an old answer showed it. Its users find it, or make it, anew. Answers whether that helps: a group that the settings name is not ours to make. */
export async function forgetBackendGroup({ cluster, groupId }: { cluster: ClusterItem; groupId: string }, { forgetArn }: { forgetArn: ForgetArn }): Promise<boolean> {
  if (cluster.settings.backendSecurityGroup !== '') return false;
  await forgetArn(backendKey(cluster), groupId);
  return true;
}

/** The group by its tags; the first one where there are several, as LBC takes it. Undefined where there is none. */
export async function findBackendGroup(cluster: ClusterItem, deps: FindDeps): Promise<string | undefined> {
  return (await lookUp(cluster, deps))?.GroupId;
}

interface FindDeps {
  readonly ec2: Pick<Ec2, 'describeSecurityGroups'>;
}

async function lookUp(cluster: ClusterItem, { ec2 }: FindDeps): Promise<SecurityGroup | undefined> {
  const { identity } = backendGroup(cluster.name, {});
  const tags = Object.entries(identity).map(([key, value]) => [`tag:${key}`, [value]] as const);
  const [found] = await ec2.describeSecurityGroups({ 'vpc-id': [cluster.vpcId], ...Object.fromEntries(tags) });
  return found;
}

/** Brings the tags of a group that was found to what they would be if it were made now; tags that the settings leave to somebody else stay (LBC takes those as well). */
async function keepTags({ GroupId, Tags = [] }: SecurityGroup, { tags }: BackendGroup, { cluster, deps }: { cluster: ClusterItem; deps: BackendGroupDeps }): Promise<void> {
  const seen = new Map(Tags.map(({ Key = '', Value = '' }) => [Key, Value]));
  const set = Object.entries(tags).filter(([key, value]) => seen.get(key) !== value);
  const remove = [...seen.keys()].filter((key) => tags[key] === undefined && !key.startsWith('aws:') && !cluster.settings.externalManagedTags.includes(key));
  if (set.length > 0) await deps.ec2.createTags([GroupId], Object.fromEntries(set));
  if (remove.length > 0) await deps.ec2.deleteTags([GroupId], remove.sort());
}

/** A duplicate is observed: somebody made it a moment ago, or it stands there without our tags. */
async function createBackendGroup(cluster: ClusterItem, { name, description, tags, identity }: BackendGroup, { ec2 }: BackendGroupDeps): Promise<string> {
  try {
    return await ec2.createSecurityGroup({ name, description, vpcId: cluster.vpcId, tags });
  } catch (error) {
    if (!(error instanceof ConflictError) || awsCode(error) !== 'InvalidGroup.Duplicate') throw error;
    const [found] = await ec2.describeSecurityGroups({ 'vpc-id': [cluster.vpcId], 'group-name': [name] });
    const seen = Object.fromEntries((found?.Tags ?? []).map(({ Key, Value }) => [Key, Value]));
    if (found && Object.entries(identity).every(([key, value]) => seen[key] === value)) return found.GroupId;
    throw new UserConfigError(`security group ${name} in ${cluster.vpcId}: expected the tags ${Object.entries(identity).map(([key, value]) => `${key}=${value}`).join(', ')}, found another group of that name; add the tags or rename it`, {
      cause: error,
      details: { code: 'BackendSecurityGroupTaken' },
    });
  }
}

/** The load balancer of `userKey` needs the group no longer. The group's key is looked at by the next sweep. Silent where it was no user. */
export async function leaveBackendGroup({ cluster, userKey, now }: { cluster: ClusterItem; userKey: string; now: number }, { store }: Pick<BackendGroupDeps, 'store'>): Promise<void> {
  const key = backendKey(cluster);
  if (!(await store.contributions.listUsers(key)).includes(userKey)) return;
  await store.contributions.removeUser(key, userKey);
  await store.leases.markDirty(key, now);
}
