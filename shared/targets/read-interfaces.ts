import type { Ec2Reads, Instance, NetworkInterface } from '../aws/ec2';
import type { InterfaceFacts, InterfaceQuery, TargetInterface } from '../desired/targets/target-interfaces';

type Reads = Pick<Ec2Reads, 'describeInstances' | 'describeNetworkInterfaces' | 'describeSecurityGroups'>;
type SdkInterface = NonNullable<Instance['NetworkInterfaces']>[number];

/** The interfaces that a query asks for: at most one read of instances, one of interfaces by id and one per address family. */
export async function readInterfaces(ec2: Reads, query: InterfaceQuery, vpcId: string): Promise<InterfaceFacts> {
  const v4 = query.addresses.filter((address) => !address.includes(':'));
  const v6 = query.addresses.filter((address) => address.includes(':'));
  const [instances, byId, byV4, byV6] = await Promise.all([
    query.instanceIds.length === 0 ? [] : ec2.describeInstances({ 'instance-id': query.instanceIds }),
    query.interfaceIds.length === 0 ? [] : ec2.describeNetworkInterfaces({ 'network-interface-id': query.interfaceIds }),
    v4.length === 0 ? [] : ec2.describeNetworkInterfaces({ 'vpc-id': [vpcId], 'addresses.private-ip-address': v4 }),
    v6.length === 0 ? [] : ec2.describeNetworkInterfaces({ 'vpc-id': [vpcId], 'ipv6-addresses.ipv6-address': v6 }),
  ]);
  return {
    byInstance: new Map(instances.map((instance) => [instance.InstanceId, (instance.NetworkInterfaces ?? []).map(asTargetInterface)])),
    found: [...byId, ...byV4, ...byV6].map(asTargetInterface),
  };
}

/** Tags of the groups of interfaces that carry more than one; one read, or none. */
export async function readTagsOfGroups(ec2: Reads, interfaces: readonly TargetInterface[]): Promise<Map<string, Record<string, string>>> {
  const groupIds = new Set(interfaces.filter((candidate) => candidate.groupIds.length > 1).flatMap((candidate) => candidate.groupIds));
  const groups = groupIds.size === 0 ? [] : await ec2.describeSecurityGroups({ 'group-id': [...groupIds] });
  return new Map(groups.map(({ GroupId, Tags }) => [GroupId, Object.fromEntries((Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']))]));
}

function asTargetInterface(sdk: SdkInterface | NetworkInterface): TargetInterface {
  const deviceIndex = sdk.Attachment?.DeviceIndex;
  return {
    id: sdk.NetworkInterfaceId ?? '',
    groupIds: (sdk.Groups ?? []).flatMap(({ GroupId }) => GroupId ?? []),
    ...(deviceIndex === undefined ? {} : { deviceIndex }),
    addresses: [...(sdk.PrivateIpAddresses ?? []).map(({ PrivateIpAddress }) => PrivateIpAddress), ...(sdk.Ipv6Addresses ?? []).map(({ Ipv6Address }) => Ipv6Address)].flatMap((address) => address ?? []),
    prefixes: [...(sdk.Ipv4Prefixes ?? []).map(({ Ipv4Prefix }) => Ipv4Prefix), ...(sdk.Ipv6Prefixes ?? []).map(({ Ipv6Prefix }) => Ipv6Prefix)].flatMap((prefix) => prefix ?? []),
  };
}
