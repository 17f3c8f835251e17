import type { Tag } from '@aws-sdk/client-ec2';
import type { Collection } from '../../storage';
import type { Place } from '../network';
import type { World } from '../operation';
import { makeId } from './ids';
import type { AddressRecord, GatewayRecord, GroupRecord, InstanceRecord, InterfaceRecord, PoolRecord, PrefixListRecord, RouteTableRecord, SubnetRecord, VpcRecord, ZoneRecord } from './records';

/** AWS's default quotas that the local EC2 keeps to (AWS: "Amazon VPC quotas"); all adjustable there and here. */
export interface Ec2Quotas {
  /** Inbound or outbound rules per security group, for IPv4 and IPv6 apart. */
  readonly rulesPerSecurityGroup: number;
  readonly securityGroups: number;
  readonly securityGroupsPerInterface: number;
  readonly elasticIps: number;
  readonly tagsPerResource: number;
}

/** The quotas of an account that never asked for more. */
export const defaultQuotas: Ec2Quotas = { rulesPerSecurityGroup: 60, securityGroups: 2500, securityGroupsPerInterface: 5, elasticIps: 5, tagsPerResource: 50 };

/** What the local EC2 knows of one account in one Region. */
export interface Region {
  readonly place: Place;
  readonly zones: Collection<ZoneRecord>;
  readonly vpcs: Collection<VpcRecord>;
  readonly subnets: Collection<SubnetRecord>;
  readonly groups: Collection<GroupRecord>;
  readonly routeTables: Collection<RouteTableRecord>;
  readonly gateways: Collection<GatewayRecord>;
  readonly addresses: Collection<AddressRecord>;
  readonly prefixLists: Collection<PrefixListRecord>;
  readonly coipPools: Collection<PoolRecord>;
  readonly ipamPools: Collection<PoolRecord>;
  readonly interfaces: Collection<InterfaceRecord>;
  /** When interfaces of deleted load balancers vanish (milliseconds), by interface. */
  readonly vanishing: Collection<number>;
  readonly instances: Collection<InstanceRecord>;
  /** Tags by resource id. A resource that lost all its tags keeps an empty list. */
  readonly tags: Collection<Tag[]>;
}

/** What every part of the local EC2 is built on. */
export interface Ec2 {
  readonly world: World;
  readonly quotas: Ec2Quotas;
  /** The state of a place. What has vanished by now is gone from it; a new place knows its zones and AWS's prefix lists. */
  open(place: Place): Region;
  /** A new id with this prefix. */
  id(prefix: string): string;
}

/** Opens the local EC2's state; the same storage gives the same state again. */
export function openEc2(world: World, quotas: Ec2Quotas): Ec2 {
  const regions = new Map<string, Region>();
  const id = (prefix: string) => makeId(prefix, world.random);
  const load = (place: Place): Region => {
    const region = openRegion(world, place);
    if (region.zones.size === 0) addDefaults(region);
    return region;
  };
  return {
    world,
    quotas,
    id,
    open({ account, region: name }) {
      const key = `${account}/${name}`;
      const region = regions.get(key) ?? load({ account, region: name });
      regions.set(key, region);
      if (region.vanishing.size > 0) sweepVanished(region, world.clock.now());
      return region;
    },
  };
}

function openRegion({ storage }: World, place: Place): Region {
  const open = <T>(kind: string) => storage.collection<T>(`ec2/${place.account}/${place.region}/${kind}`);
  return {
    place,
    zones: open('zones'),
    vpcs: open('vpcs'),
    subnets: open('subnets'),
    groups: open('groups'),
    routeTables: open('route-tables'),
    gateways: open('gateways'),
    addresses: open('addresses'),
    prefixLists: open('prefix-lists'),
    coipPools: open('coip-pools'),
    ipamPools: open('ipam-pools'),
    interfaces: open('interfaces'),
    vanishing: open('vanishing'),
    instances: open('instances'),
    tags: open('tags'),
  };
}

/** `us-west-2` has the zones `usw2-az1` to `usw2-az3`; the short name of a Region is its letters' first ones, as in AWS's zone ids. */
function addDefaults({ place, zones, prefixLists }: Region): void {
  const short = shortRegion(place.region);
  for (const [index, letter] of ['a', 'b', 'c'].entries()) {
    const zoneName = `${place.region}${letter}`;
    zones.set(zoneName, { zoneName, zoneId: `${short}-az${index + 1}`, zoneType: 'availability-zone' });
  }
  const names = [`com.amazonaws.${place.region}.s3`, `com.amazonaws.${place.region}.dynamodb`, 'com.amazonaws.global.cloudfront.origin-facing'];
  for (const [index, name] of names.entries()) {
    const prefixListId = `pl-${(0x68a54001 + index).toString(16)}`;
    prefixLists.set(prefixListId, { prefixListId, name, addressFamily: 'IPv4', maxEntries: index === 2 ? 55 : 1, ownerId: 'AWS' });
  }
}

/** The part of a zone id before the dash: `usw2` for `us-west-2`, `apne1` for `ap-northeast-1`. */
export function shortRegion(region: string): string {
  const [continent = '', direction = '', number = ''] = region.split('-');
  const letters = direction.replace(/^(north|south)?(east|west)?(central)?$/, (_, ns = '', ew = '', central = '') => [ns, ew, central].map((part: string) => part.slice(0, 1)).join(''));
  return `${continent}${letters}${number}`;
}

function sweepVanished(region: Region, now: number): void {
  for (const [id, at] of region.vanishing.entries()) {
    if (at > now) continue;
    removeInterface(region, id);
    region.vanishing.delete(id);
  }
}

/** Takes an interface away and gives its addresses back to the subnet. */
export function removeInterface(region: Region, networkInterfaceId: string): void {
  const found = region.interfaces.get(networkInterfaceId);
  if (found === undefined) return;
  region.interfaces.delete(networkInterfaceId);
  region.tags.delete(networkInterfaceId);
  addFreeAddresses(region, found.subnetId, found.privateIpAddresses.length + 16 * found.ipv4Prefixes.length);
}

/** Adds `count` (negative: takes) to what a subnet has left. */
export function addFreeAddresses({ subnets }: Region, subnetId: string | undefined, count: number): void {
  const subnet = subnetId === undefined ? undefined : subnets.get(subnetId);
  if (subnet === undefined) return;
  subnets.set(subnet.subnetId, { ...subnet, availableIpAddressCount: Math.max(0, subnet.availableIpAddressCount + count) });
}

/** The tags of a resource, as AWS lists them. */
export function tagsOf({ tags }: Region, id: string): Tag[] {
  return tags.get(id) ?? [];
}
