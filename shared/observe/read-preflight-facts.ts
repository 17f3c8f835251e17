import type { Acm } from '../aws/acm';
import type { Ec2 } from '../aws/ec2';
import type { Elbv2 } from '../aws/elbv2';
import type { PreflightFacts, PreflightNeeds } from '../model/facts';
import { inParallel } from './in-parallel';
import { securityGroupFacts } from './read-service-facts';

/** The clients that a preflight asks. */
export interface PreflightClients {
  readonly acm: Acm;
  readonly ec2: Pick<Ec2, 'describeAddresses' | 'describeNetworkInterfaces' | 'describeManagedPrefixLists' | 'describeSecurityGroups'>;
  readonly elbv2: Pick<Elbv2, 'describeSSLPolicies' | 'describeTargetGroups' | 'describeLoadBalancers' | 'describeAccountLimits'>;
}

/** Asks AWS for what a plan names: one call per kind of thing (certificates: one each), none where nothing is named. Addresses are looked for in one VPC. */
export async function readPreflightFacts({ acm, ec2, elbv2 }: PreflightClients, needs: PreflightNeeds, vpcId: string): Promise<PreflightFacts> {
  const [certificates, allocations, interfaces, prefixLists, securityGroups, sslPolicies, targetGroups, namesakes, limits] = await inParallel(
    acm.describeCertificates(needs.certificates),
    ec2.describeAddresses({ 'allocation-id': needs.allocations }),
    readInterfaces(ec2, needs.addresses, vpcId),
    ec2.describeManagedPrefixLists({ 'prefix-list-id': needs.prefixLists }),
    ec2.describeSecurityGroups({ 'group-id': needs.securityGroups }),
    elbv2.describeSSLPolicies(needs.sslPolicies),
    elbv2.describeTargetGroups({ arns: needs.targetGroups }),
    elbv2.describeLoadBalancers({ names: needs.loadBalancerNames }),
    needs.limits ? elbv2.describeAccountLimits() : Promise.resolve({}),
  );
  return {
    certificates,
    allocations: allocations.map(({ AllocationId, AssociationId, InstanceId, NetworkInterfaceId }) => ({ id: AllocationId, ...(AssociationId === undefined ? {} : { heldBy: InstanceId ?? NetworkInterfaceId ?? AssociationId }) })),
    interfaces,
    prefixLists: prefixLists.map(({ PrefixListId, PrefixListName = '', AddressFamily = '', MaxEntries }) => ({ id: PrefixListId, name: PrefixListName, family: AddressFamily, ...(MaxEntries === undefined ? {} : { maxEntries: MaxEntries }) })),
    securityGroups: securityGroups.map(securityGroupFacts),
    sslPolicies,
    targetGroups: targetGroups.map(({ TargetGroupArn, VpcId, Protocol, LoadBalancerArns }) => ({ arn: TargetGroupArn, ...(VpcId === undefined ? {} : { vpcId: VpcId }), ...(Protocol === undefined ? {} : { protocol: Protocol }), loadBalancerArns: LoadBalancerArns ?? [] })),
    namesakes: namesakes.map(({ LoadBalancerArn, LoadBalancerName }) => ({ arn: LoadBalancerArn, name: LoadBalancerName })),
    limits,
  };
}

/** EC2 has a filter per family. */
async function readInterfaces(ec2: PreflightClients['ec2'], addresses: readonly string[], vpcId: string): Promise<PreflightFacts['interfaces']> {
  const [ipv4, ipv6] = await inParallel(
    ec2.describeNetworkInterfaces({ 'vpc-id': [vpcId], 'addresses.private-ip-address': addresses.filter((address) => !address.includes(':')) }),
    ec2.describeNetworkInterfaces({ 'vpc-id': [vpcId], 'ipv6-addresses.ipv6-address': addresses.filter((address) => address.includes(':')) }),
  );
  return [...ipv4, ...ipv6].map(({ NetworkInterfaceId, Description = '', PrivateIpAddresses = [], Ipv6Addresses = [] }) => ({
    id: NetworkInterfaceId,
    description: Description,
    addresses: [...PrivateIpAddresses.flatMap(({ PrivateIpAddress }) => PrivateIpAddress ?? []), ...Ipv6Addresses.flatMap(({ Ipv6Address }) => Ipv6Address ?? [])],
  }));
}
