import type { AvailabilityZone, DescribeAvailabilityZonesRequest, DescribeAvailabilityZonesResult } from '@aws-sdk/client-ec2';
import { AwsError, type Operations } from '../operation';
import { operation } from './ec2-operation';
import { applyFilters, type Filterable } from './filters';
import type { ZoneRecord } from './records';
import type { Ec2, Region } from './state';

const zoneFilters: Filterable<AvailabilityZone> = {
  fields: {
    'group-name': (zone) => zone.GroupName,
    'opt-in-status': (zone) => zone.OptInStatus,
    'region-name': (zone) => zone.RegionName,
    state: (zone) => zone.State,
    'zone-id': (zone) => zone.ZoneId,
    'zone-name': (zone) => zone.ZoneName,
    'zone-type': (zone) => zone.ZoneType,
  },
};

/** DescribeAvailabilityZones. Every zone of a place is opted in. */
export function zoneOperations(ec2: Ec2): Operations {
  return {
    DescribeAvailabilityZones: operation<DescribeAvailabilityZonesRequest>(['ZoneNames', 'ZoneIds', 'AllAvailabilityZones', 'Filters'], (input, call) =>
      describeZones(ec2.open(call), input),
    ),
  };
}

function describeZones(region: Region, { ZoneNames, ZoneIds, Filters }: DescribeAvailabilityZonesRequest): DescribeAvailabilityZonesResult {
  const zones = region.zones.values();
  refuseUnknown(ZoneNames, zones.map((zone) => zone.zoneName), 'Invalid availability zone:');
  refuseUnknown(ZoneIds, zones.map((zone) => zone.zoneId), 'Invalid availability zone-id:');
  const asked = zones.filter((zone) => isAsked(ZoneNames, zone.zoneName) && isAsked(ZoneIds, zone.zoneId));
  return { AvailabilityZones: applyFilters(asked.map((zone) => showZone(region, zone)), Filters, zoneFilters) };
}

const isAsked = (wanted: readonly string[] | undefined, value: string) => wanted === undefined || wanted.length === 0 || wanted.includes(value);

function refuseUnknown(wanted: readonly string[] | undefined, known: readonly string[], words: string): void {
  const unknown = (wanted ?? []).filter((value) => !known.includes(value));
  if (unknown.length > 0) throw new AwsError('InvalidParameterValue', `${words} [${unknown.join(', ')}]`);
}

function showZone({ place }: Region, { zoneName, zoneId, zoneType }: ZoneRecord): AvailabilityZone {
  const ordinary = zoneType === 'availability-zone';
  const group = ordinary ? place.region : zoneName.replace(/[a-z]$/, '');
  return {
    ZoneName: zoneName,
    ZoneId: zoneId,
    ZoneType: zoneType,
    State: 'available',
    OptInStatus: ordinary ? 'opt-in-not-required' : 'opted-in',
    RegionName: place.region,
    GroupName: ordinary ? `${place.region}-zg-1` : group,
    NetworkBorderGroup: group,
    Messages: [],
  };
}
