import ipaddr from 'ipaddr.js';
import type { SubnetFacts } from '../model/facts';
import { quote } from '../desired/text';
import { annotation } from './annotation-words';
import { mendedOf, newMappings } from './planned-writes';
import type { Finding, Preflight } from './preflight';

/** Subnets, Elastic IPs and fixed addresses of what a load balancer is to get. */
export function checkAddresses(preflight: Preflight): Finding[] {
  return [...checkSubnets(preflight), ...checkElasticIps(preflight), ...checkMoves(preflight), ...checkFixedAddresses(preflight)];
}

/** AWS would make the load balancer in the other VPC, where its targets are not, and nobody would find it again. */
function checkSubnets({ plan, known: { cluster, subnets } }: Preflight): Finding[] {
  const used = new Set(newMappings(plan).map(({ subnetID }) => subnetID));
  const strangers = subnets.filter(({ id, vpcId }) => used.has(id) && vpcId !== cluster.vpcId);
  if (strangers.length === 0) return [];
  return [{ code: 'SubnetOfAnotherVpc', message: `${annotation('subnets')} must name subnets of the cluster's VPC ${cluster.vpcId}, got ${strangers.map(({ id, vpcId }) => `${id} of ${vpcId}`).join(', ')}; name others` }];
}

function checkElasticIps({ plan, observed, answers }: Preflight): Finding[] {
  const wanted = newMappings(plan).flatMap(({ allocationID }) => (allocationID === undefined ? [] : [allocationID]));
  const ours = new Set(observed.flatMap((resource) => (resource.type === 'load-balancer' ? resource.spec.subnetMapping.map(({ allocationID }) => allocationID) : [])));
  const where = annotation('eipAllocations');
  return [...new Set(wanted)].flatMap((id): Finding[] => {
    const found = answers.allocations.find((allocation) => allocation.id === id);
    if (!found) return [{ code: 'EipNotFound', message: `${where} names ${quote(id)}, but this account has no Elastic IP with that allocation id in this Region; allocate one, or correct the id` }];
    if (wanted.filter((other) => other === id).length > 1) return [{ code: 'EipNamedTwice', message: `${where} names ${id} twice, but each subnet needs an Elastic IP of its own; name another` }];
    if (found.heldBy === undefined || ours.has(id)) return [];
    return [{ code: 'EipInUse', message: `${where} names ${id}, which is associated with ${found.heldBy}; disassociate it there, or name another. It is looked at again every minute` }];
  });
}

/** AWS: SetSubnets. An Elastic IP stays with the load balancer's interface in its subnet; it is free only when that subnet has been taken away. */
function checkMoves({ plan }: Preflight): Finding[] {
  return mendedOf(plan, 'load-balancer', 'subnets').flatMap(({ difference: { from, to } }) =>
    to.flatMap(({ subnetID, allocationID }): Finding[] => {
      const holder = from.find((mapping) => allocationID !== undefined && mapping.allocationID === allocationID && mapping.subnetID !== subnetID);
      if (!holder || from.some((mapping) => mapping.subnetID === subnetID)) return [];
      return [{ code: 'EipCannotMove', message: `${annotation('eipAllocations')} gives ${allocationID ?? ''} to subnet ${subnetID}, but the load balancer has it in subnet ${holder.subnetID}, and AWS moves no Elastic IP from one subnet of a load balancer to another; name another Elastic IP, or keep the subnet` }];
    }),
  );
}

function checkFixedAddresses(preflight: Preflight): Finding[] {
  return newMappings(preflight.plan).flatMap(({ subnetID, privateIPv4Address, ipv6Address }) => {
    const subnet = preflight.known.subnets.find(({ id }) => id === subnetID);
    return [
      ...(privateIPv4Address === undefined ? [] : checkFixedAddress(preflight, { address: privateIPv4Address, subnet, where: annotation('privateIpv4Addresses') })),
      ...(ipv6Address === undefined ? [] : checkFixedAddress(preflight, { address: ipv6Address, subnet, where: annotation('ipv6Addresses') })),
    ];
  });
}

function checkFixedAddress({ observed, answers }: Preflight, { address, subnet, where }: { address: string; subnet: SubnetFacts | undefined; where: string }): Finding[] {
  const ranges = [subnet?.cidrBlock ?? '', ...(subnet?.ipv6CidrBlocks ?? []).map(({ cidrBlock }) => cidrBlock)];
  const range = ranges.find((candidate) => isReserved(address, candidate));
  if (range !== undefined) return [{ code: 'AddressReserved', message: `${where} names ${address}, but AWS keeps the first four addresses and the last one of ${range} for itself; name another address of ${subnet?.id ?? ''}` }];
  const ours = observed.flatMap((resource) => (resource.type === 'load-balancer' ? resource.spec.subnetMapping.flatMap((mapping) => [mapping.privateIPv4Address, mapping.ipv6Address]) : []));
  const holder = answers.interfaces.find(({ addresses }) => addresses.some((other) => isSame(other, address)));
  if (!holder || ours.some((own) => own !== undefined && isSame(own, address))) return [];
  return [{ code: 'AddressInUse', message: `${where} names ${address}, which interface ${holder.id}${holder.description ? ` (${holder.description})` : ''} has; name a free one. It is looked at again every minute` }];
}

function isSame(a: string, b: string): boolean {
  return ipaddr.parse(a).toNormalizedString() === ipaddr.parse(b).toNormalizedString();
}

/** AWS: Subnet CIDR blocks. The first four addresses and the last one of a range are AWS's. */
function isReserved(address: string, range: string): boolean {
  if (!ipaddr.isValidCIDR(range)) return false;
  const [network, bits] = ipaddr.parseCIDR(range);
  const parsed = ipaddr.parse(address);
  if (parsed.kind() !== network.kind() || !parsed.match(network, bits)) return false;
  const bytes = parsed.toByteArray();
  const hostBits = bytes.length * 8 - bits;
  const host = bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n) & ((1n << BigInt(hostBits)) - 1n);
  return host < 4n || host === (1n << BigInt(hostBits)) - 1n;
}
