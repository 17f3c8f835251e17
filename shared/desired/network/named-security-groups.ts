import type { ClusterFacts, SecurityGroupFacts } from '../../model/facts';
import { quote } from '../text';
import { refuse } from '../refusal';
import { matchesFilter } from './filter-values';

export interface SecurityGroupSelection {
  readonly securityGroups: readonly SecurityGroupFacts[];
  readonly cluster: ClusterFacts;
  readonly namesOrIds: readonly string[];
  /** The annotation that names them. */
  readonly source: string;
}

/** Only this exact prefix marks an id; anything else is a Name tag. */
export function isSecurityGroupId(nameOrId: string): boolean {
  return nameOrId.startsWith('sg-');
}

/**
 * Ids of named security groups: those named by id first, then those named by Name tag, each in AWS's order. A name may belong to several
 * groups, which then all count; an id and a name of one group give it twice. Ids may lie in any VPC (LBC's behaviour §4.4).
 */
export function selectSecurityGroups(selection: SecurityGroupSelection): string[] {
  const { securityGroups, cluster, namesOrIds, source } = selection;
  const ids = namesOrIds.filter(isSecurityGroupId);
  const names = [...new Set(namesOrIds.filter((nameOrId) => !isSecurityGroupId(nameOrId)))];
  const byId = securityGroups.filter(({ id }) => ids.includes(id));
  const byName = securityGroups.filter(({ vpcId, tags }) => vpcId === cluster.vpcId && tags.Name !== undefined && names.some((name) => matchesFilter(tags.Name ?? '', name)));
  const missing = missingIds(ids, byId);
  if (missing.length > 0) refuse('SecurityGroupNotFound', `${source} names ${missing.map(quote).join(', ')}, which AWS does not know; correct the id`);
  const twice = ids.find((id, at) => ids.indexOf(id) !== at);
  if (twice !== undefined) refuse('SecurityGroupNamedTwice', `${source} names ${twice} twice; name each group once`);
  requireNames({ names, found: byName, source, vpcId: cluster.vpcId });
  return [...byId, ...byName].map(({ id }) => id);
}

function missingIds(ids: readonly string[], found: readonly SecurityGroupFacts[]): string[] {
  return ids.filter((wanted) => !found.some(({ id }) => id === wanted));
}

// LBC counts: as many different Name tags must be found as different names were asked for.
function requireNames(check: { names: readonly string[]; found: readonly SecurityGroupFacts[]; source: string; vpcId: string }): void {
  const foundNames = new Set(check.found.map(({ tags }) => tags.Name ?? ''));
  if (foundNames.size === check.names.length) return;
  const missing = check.names.filter((name) => ![...foundNames].some((found) => matchesFilter(found, name)));
  const detail = missing.length > 0 ? `no group in ${check.vpcId} has the Name tag ${missing.map(quote).join(', ')}` : `a name with a wildcard must match exactly one Name tag, but these matched: ${[...foundNames].map(quote).join(', ')}`;
  refuse('SecurityGroupNotFound', `${check.source}: ${detail}; the Name tag counts, not the group name; correct it, or write the id`);
}
