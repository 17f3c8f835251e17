import type { LoadBalancer } from '../aws/elbv2';
import { NotReadyError, UserConfigError } from '../contract/errors';
import type { LoadBalancerSpec, SubnetMapping } from '../model/model';
import type { Creation, Difference } from '../plan/change';
import { type ApplyContext, compact, hasSameIdentity, resolveToken } from './apply-context';
import { nameTaken } from './security-group';
import { pairs, updateTags } from './target-group';

/**
 * Makes the load balancer, or finds the one that an earlier attempt made. `UserConfig` where the name is somebody else's.
 * The name is looked up first: AWS answers a create of the same name and settings with the existing one, whoever made it.
 */
export async function createLoadBalancer(context: ApplyContext, { tags }: Creation, spec: LoadBalancerSpec): Promise<LoadBalancer> {
  const [found] = await context.elbv2.describeLoadBalancers({ names: [spec.name] });
  if (found) {
    const foundTags = (await context.elbv2.describeTags([found.LoadBalancerArn])).get(found.LoadBalancerArn);
    if (foundTags && hasSameIdentity(foundTags, tags)) return found;
    throw nameTaken(`load balancer ${spec.name}`, found.LoadBalancerArn, undefined);
  }
  return context.elbv2.createLoadBalancer({
    Name: spec.name,
    Type: spec.type,
    Scheme: spec.scheme,
    IpAddressType: spec.ipAddressType,
    SubnetMappings: spec.subnetMapping.map(mapping),
    Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    ...(spec.securityGroups && spec.securityGroups.length > 0 ? { SecurityGroups: spec.securityGroups.map((group) => resolveToken(context, group)) } : {}),
    ...compact({ EnablePrefixForIpv6SourceNat: spec.enablePrefixForIpv6SourceNat, CustomerOwnedIpv4Pool: spec.customerOwnedIPv4Pool }),
    ...(spec.ipv4IPAMPool ? { IpamPools: { Ipv4IpamPoolId: spec.ipv4IPAMPool } } : {}),
  });
}

/** Brings one aspect of the load balancer to the plan. `NotReady` while it is provisioning and AWS takes no capacity for it. */
export async function updateLoadBalancer(context: ApplyContext, arn: string, difference: Difference): Promise<void> {
  const { elbv2 } = context;
  switch (difference.kind) {
    case 'tags':
      return updateTags(context, arn, difference);
    case 'subnets':
      expectEachAddressOnce(arn, difference.to);
      return elbv2.setSubnets({ LoadBalancerArn: arn, SubnetMappings: difference.to.map(mapping), ...compact({ EnablePrefixForIpv6SourceNat: difference.enablePrefixForIpv6SourceNat, IpAddressType: difference.ipAddressType }) });
    case 'securityGroups':
      return elbv2.setSecurityGroups({
        LoadBalancerArn: arn,
        SecurityGroups: difference.to.map((group) => resolveToken(context, group)),
        ...compact({ EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: difference.inboundRulesOnPrivateLink }),
      });
    case 'ipAddressType':
      return elbv2.setIpAddressType(arn, difference.to);
    case 'attributes':
      return elbv2.modifyLoadBalancerAttributes(arn, pairs(difference.set));
    case 'ipamPool':
      return elbv2.modifyIpPools({ LoadBalancerArn: arn, ...(difference.to === undefined ? { RemoveIpamPools: ['ipv4'] } : { IpamPools: { Ipv4IpamPoolId: difference.to } }) });
    case 'capacity':
      await expectActive(context, arn);
      return elbv2.modifyCapacityReservation(arn, difference.to);
    default:
      return undefined;
  }
}

/** A subnet that stays keeps its addresses, so one of them cannot go to another subnet. AWS would call it in use for ever. */
function expectEachAddressOnce(arn: string, mappings: readonly SubnetMapping[]): void {
  const seen = new Map<string, string>();
  for (const { subnetID, allocationID } of mappings) {
    const holder = allocationID === undefined ? undefined : seen.get(allocationID);
    if (holder !== undefined)
      throw new UserConfigError(`${arn}: expected a free Elastic IP for each subnet, found ${allocationID} for both ${holder} and ${subnetID}: AWS cannot change the addresses of a subnet that stays. Name another one, or delete and re-create the object.`, { details: { code: 'AddressesCannotMove' } });
    if (allocationID !== undefined) seen.set(allocationID, subnetID);
  }
}

async function expectActive({ elbv2 }: ApplyContext, arn: string): Promise<void> {
  const [found] = await elbv2.describeLoadBalancers({ arns: [arn] });
  if (found?.State?.Code === 'provisioning') throw new NotReadyError(`load balancer ${found.LoadBalancerName} is provisioning; AWS takes a capacity reservation when it is active`);
}

function mapping({ subnetID, allocationID, privateIPv4Address, ipv6Address, sourceNatIpv6Prefix }: SubnetMapping) {
  return compact({ SubnetId: subnetID, AllocationId: allocationID, PrivateIPv4Address: privateIPv4Address, IPv6Address: ipv6Address, SourceNatIpv6Prefix: sourceNatIpv6Prefix });
}
