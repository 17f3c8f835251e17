import { AwsError } from '../operation';

/** What EC2 calls a kind of thing: in ids, in tags and in its errors (AWS: "Error codes for the Amazon EC2 API"). */
export interface Kind {
  readonly prefix: string;
  /** The resource type in ARNs, tag specifications and `DescribeTags`. */
  readonly type: string;
  readonly noun: string;
  readonly malformed: string;
  readonly notFound: string;
}

const kind = (prefix: string, type: string, noun: string, codes: { malformed: string; notFound: string }): Kind => ({ prefix, type, noun, ...codes });

/** Every kind of thing that the local EC2 keeps. The spelling of the codes is AWS's own and follows no rule. */
export const kinds = {
  vpc: kind('vpc', 'vpc', 'vpc ID', { malformed: 'InvalidVpcID.Malformed', notFound: 'InvalidVpcID.NotFound' }),
  subnet: kind('subnet', 'subnet', 'subnet ID', { malformed: 'InvalidSubnetID.Malformed', notFound: 'InvalidSubnetID.NotFound' }),
  group: kind('sg', 'security-group', 'security group', { malformed: 'InvalidGroupId.Malformed', notFound: 'InvalidGroup.NotFound' }),
  rule: kind('sgr', 'security-group-rule', 'security group rule ID', { malformed: 'InvalidSecurityGroupRuleId.Malformed', notFound: 'InvalidSecurityGroupRuleId.NotFound' }),
  networkInterface: kind('eni', 'network-interface', 'networkInterface ID', { malformed: 'InvalidNetworkInterfaceId.Malformed', notFound: 'InvalidNetworkInterfaceID.NotFound' }),
  instance: kind('i', 'instance', 'instance ID', { malformed: 'InvalidInstanceID.Malformed', notFound: 'InvalidInstanceID.NotFound' }),
  routeTable: kind('rtb', 'route-table', 'routeTable ID', { malformed: 'InvalidRouteTableId.Malformed', notFound: 'InvalidRouteTableID.NotFound' }),
  gateway: kind('igw', 'internet-gateway', 'internetGateway ID', { malformed: 'InvalidInternetGatewayId.Malformed', notFound: 'InvalidInternetGatewayID.NotFound' }),
  allocation: kind('eipalloc', 'elastic-ip', 'allocation ID', { malformed: 'InvalidAllocationID.NotFound', notFound: 'InvalidAllocationID.NotFound' }),
  prefixList: kind('pl', 'prefix-list', 'prefix list ID', { malformed: 'InvalidPrefixListId.Malformed', notFound: 'InvalidPrefixListID.NotFound' }),
  coipPool: kind('ipv4pool-coip', 'coip-pool', 'coip pool ID', { malformed: 'InvalidPoolID.Malformed', notFound: 'InvalidPoolID.NotFound' }),
  ipamPool: kind('ipam-pool', 'ipam-pool', 'IPAM pool ID', { malformed: 'InvalidIpamPoolId.Malformed', notFound: 'InvalidIpamPoolId.NotFound' }),
} as const satisfies Record<string, Kind>;

/** A new id: prefix and 17 hexadecimal digits, the first of them 0, as AWS makes them today. `random` is uniform in [0, 1). */
export function makeId(prefix: string, random: () => number): string {
  const digits = Array.from({ length: 16 }, () => Math.floor(random() * 16).toString(16));
  return `${prefix}-0${digits.join('')}`;
}

/** Throws the kind's `…Malformed` unless `id` is its prefix with 8 or 17 hexadecimal digits. */
export function checkId({ prefix, malformed }: Kind, id: string): void {
  const digits = id.startsWith(`${prefix}-`) ? id.slice(prefix.length + 1) : '';
  if (!/^([0-9a-f]{8}|[0-9a-f]{17})$/.test(digits)) {
    throw new AwsError(malformed, `Invalid id: "${id}" (expecting "${prefix}-...")`);
  }
}

/** The error that EC2 answers for ids that are well formed but unknown. */
export function notFound({ noun, notFound: code }: Kind, ids: readonly string[]): AwsError {
  const [first] = ids;
  const text = ids.length === 1 ? `The ${noun} '${first}' does not exist` : `The ${noun}s '${ids.join(', ')}' do not exist`;
  return new AwsError(code, text);
}

/** The value under `id`. Throws the kind's `…Malformed` or `…NotFound`. */
export function find<T>(of: Kind, items: { get(id: string): T | undefined }, id: string): T {
  checkId(of, id);
  const item = items.get(id);
  if (item === undefined) throw notFound(of, [id]);
  return item;
}

/** The values under `ids`, or all when none is asked for. One unknown id among known ones fails the whole call, as in EC2. */
export function findAll<T>(of: Kind, items: { get(id: string): T | undefined; values(): T[] }, ids: readonly string[] | undefined): T[] {
  if (ids === undefined || ids.length === 0) return items.values();
  for (const id of ids) checkId(of, id);
  const unknown = [...new Set(ids)].filter((id) => items.get(id) === undefined);
  if (unknown.length > 0) throw notFound(of, unknown);
  const wanted = new Set(ids);
  return [...wanted].flatMap((id) => items.get(id) ?? []);
}
