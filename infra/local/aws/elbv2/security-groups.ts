import type { SetSecurityGroupsInput, SetSecurityGroupsOutput } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Call, Operations } from '../operation';
import { AwsError } from '../operation';
import { findLoadBalancer } from './lookup';
import { assertOneOf } from './refusals';
import type { Elbv2 } from './state';

/** Refuses security groups that do not exist, are of another VPC, or are too many. */
export function assertSecurityGroups({ network, quotas }: Elbv2, call: Call, { groups, vpcId }: { groups: readonly string[]; vpcId: string }): void {
  const max = quotas['security-groups-per-load-balancer'];
  if (groups.length > max) throw new AwsError('InvalidConfigurationRequest', `A load balancer can have at most ${max} security groups`);
  for (const group of groups) {
    const found = network.securityGroup(call, group);
    if (found === undefined) throw new AwsError('InvalidSecurityGroup', `One or more security groups are invalid: '${group}' does not exist`);
    if (found.vpcId !== vpcId) throw new AwsError('InvalidConfigurationRequest', `The security group '${group}' does not belong to VPC '${vpcId}'`);
  }
}

/** SetSecurityGroups. A Network Load Balancer that was made without groups can never get any, one with groups can never lose all. */
export function securityGroupOperations(elbv2: Elbv2): Operations {
  const { state, network } = elbv2;
  const set = (input: SetSecurityGroupsInput, call: Call): SetSecurityGroupsOutput => {
    const record = findLoadBalancer(state, call, input.LoadBalancerArn ?? '');
    const groups = [...new Set(input.SecurityGroups ?? [])];
    const flag = input.EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic;
    if (flag !== undefined) assertOneOf(flag, ['on', 'off'], 'enforceSecurityGroupInboundRulesOnPrivateLinkTraffic');
    if (flag !== undefined && record.type !== 'network') throw new AwsError('InvalidConfigurationRequest', 'Only Network Load Balancers evaluate rules on PrivateLink traffic');
    if (record.type === 'network' && record.securityGroups.length === 0 && groups.length > 0) throw new AwsError('InvalidConfigurationRequest', 'Security groups cannot be set on a Network Load Balancer that was created without any');
    if (groups.length === 0) throw new AwsError('InvalidConfigurationRequest', 'At least one security group must be specified');
    assertSecurityGroups(elbv2, call, { groups, vpcId: record.vpcId });
    for (const zone of record.zones) network.setInterfaceGroups(call, zone.networkInterfaceId, groups);
    const rules = flag ?? record.privateLinkRules;
    state.loadBalancers.set(record.arn, { ...record, securityGroups: groups, ...(rules !== undefined && { privateLinkRules: rules }) });
    return { SecurityGroupIds: groups, EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: rules };
  };
  return { SetSecurityGroups: set };
}
