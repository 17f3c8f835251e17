import { BACKEND_GROUP } from '../../model/model';
import type { LoadBalancerIpAddressType, Reference, SecurityGroupSpec, Token } from '../../model/model';
import { selectSecurityGroups } from '../network/named-security-groups';
import { refuse } from '../refusal';
import { buildManagedSecurityGroup } from './managed-security-group';
import type { ServiceBuild, ServiceRequest } from './service-request';

export const MANAGED_GROUP_ID = 'security-group/ManagedLBSecurityGroup';

/** The security groups of a load balancer, and how targets know its traffic. */
export interface LoadBalancerSecurityGroups {
  /** Empty: it has none; rules on targets then go by address. */
  readonly securityGroups: readonly Token[];
  readonly managed?: SecurityGroupSpec;
  /** Source of the rules on targets; absent: these rules are not ours to manage. */
  readonly backendGroup?: Token;
  /** Whether that is the shared backend security group. */
  readonly backendGroupNeeded: boolean;
}

const NONE: LoadBalancerSecurityGroups = { securityGroups: [], backendGroupNeeded: false };

/** Which security groups the load balancer has (LBC's behaviour §1.7). */
export function buildLoadBalancerSecurityGroups(build: ServiceBuild, ipAddressType: LoadBalancerIpAddressType): LoadBalancerSecurityGroups {
  if (!wantsSecurityGroups(build)) return NONE;
  const namesOrIds = build.read('securityGroups') ?? [];
  return namesOrIds.length > 0 ? namedGroups(build, namesOrIds) : managedGroup(build, ipAddressType);
}

/** Whether the load balancer is to have security groups at all. AWS cannot give them to a load balancer that was made without. */
export function wantsSecurityGroups({ read, existingLoadBalancer, settings }: ServiceRequest): boolean {
  const disabled = read('disableSecurityGroups') ?? false;
  if (existingLoadBalancer?.securityGroups.length === 0) return false;
  if (settings.featureGates.NLBSecurityGroup && !disabled) return true;
  if (existingLoadBalancer === undefined) return false;
  const how = disabled ? `annotation ${read.key('disableSecurityGroups')}` : 'the gate NLBSecurityGroup';
  return refuse('SecurityGroupsConflict', `${how} switches security groups off, but the existing load balancer ${existingLoadBalancer.arn} has some, and AWS cannot take the last one away; switch them on again, or delete and re-create the Service`);
}

function managedGroup(build: ServiceBuild, ipAddressType: LoadBalancerIpAddressType): LoadBalancerSecurityGroups {
  const managed = buildManagedSecurityGroup(build, ipAddressType);
  const reference: Reference = { ref: MANAGED_GROUP_ID, attribute: 'groupId' };
  if (!build.settings.enableBackendSecurityGroup) return { securityGroups: [reference], managed, backendGroup: reference, backendGroupNeeded: false };
  const backendGroup = backendGroupToken(build);
  return { securityGroups: [reference, backendGroup], managed, backendGroup, backendGroupNeeded: true };
}

function namedGroups(build: ServiceBuild, namesOrIds: readonly string[]): LoadBalancerSecurityGroups {
  const { read, settings, facts } = build;
  const manageRules = read('manageBackendRules') ?? settings.enableManageBackendSecurityGroupRules;
  const ids = selectSecurityGroups({ securityGroups: facts.securityGroups, cluster: facts.cluster, namesOrIds, source: `annotation ${read.key('securityGroups')}` });
  if (!manageRules) return { securityGroups: ids, backendGroupNeeded: false };
  if (!settings.enableBackendSecurityGroup) refuse('BackendSecurityGroupDisabled', `rules on targets are to be managed for named security groups, which needs the shared backend security group, but the setting enableBackendSecurityGroup is false; set ${read.key('manageBackendRules')} to false, or change the setting`);
  const backendGroup = backendGroupToken(build);
  return { securityGroups: [...ids, backendGroup], backendGroup, backendGroupNeeded: true };
}

function backendGroupToken({ settings }: ServiceRequest): Token {
  return settings.backendSecurityGroup === '' ? { ref: BACKEND_GROUP, attribute: 'groupId' } : settings.backendSecurityGroup;
}
