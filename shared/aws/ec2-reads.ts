import {
  DescribeAddressesCommand,
  DescribeAvailabilityZonesCommand,
  DescribeInstancesCommand,
  DescribeManagedPrefixListsCommand,
  DescribeNetworkInterfacesCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  type EC2Client,
} from '@aws-sdk/client-ec2';
import type { AwsClientConfig } from './client-config';
import type { Ec2Reads, Filters } from './ec2';
import { callOptions } from './sdk';
import { allPages, chunks, known } from './shapes';

/** Values of one filter per call (AWS: Listing and filtering your resources). */
const VALUES_PER_FILTER = 200;

interface Query {
  readonly Filters: { Name: string; Values: string[] }[];
  readonly NextToken?: string;
}

/** The reading half of the client. */
export function ec2Reads(client: EC2Client, config: AwsClientConfig): Ec2Reads {
  const options = () => callOptions(config);
  return {
    async describeSubnets(filters) {
      const found = await everything(filters, async (query) => {
        const page = await client.send(new DescribeSubnetsCommand(query), options());
        return { items: page.Subnets, next: page.NextToken };
      });
      return known(found, 'SubnetId', 'VpcId', 'AvailabilityZone', 'AvailabilityZoneId');
    },
    async describeVpcs(filters) {
      const found = await everything(filters, async (query) => {
        const page = await client.send(new DescribeVpcsCommand(query), options());
        return { items: page.Vpcs, next: page.NextToken };
      });
      return known(found, 'VpcId');
    },
    async describeAvailabilityZones(zoneIds) {
      if (zoneIds.length === 0) return [];
      const Filters = [{ Name: 'zone-id', Values: [...new Set(zoneIds)] }];
      const { AvailabilityZones } = await client.send(new DescribeAvailabilityZonesCommand({ Filters, AllAvailabilityZones: true }), options());
      return known(AvailabilityZones, 'ZoneName', 'ZoneId', 'ZoneType');
    },
    async describeRouteTables(filters) {
      const found = await everything(filters, async (query) => {
        const page = await client.send(new DescribeRouteTablesCommand(query), options());
        return { items: page.RouteTables, next: page.NextToken };
      });
      return known(found, 'RouteTableId');
    },
    async describeSecurityGroups(filters) {
      const found = await everything(filters, async (query) => {
        const page = await client.send(new DescribeSecurityGroupsCommand(query), options());
        return { items: page.SecurityGroups, next: page.NextToken };
      });
      return known(found, 'GroupId', 'GroupName');
    },
    async describeSecurityGroupRules(groupIds) {
      const found = await everything({ 'group-id': groupIds }, async (query) => {
        const page = await client.send(new DescribeSecurityGroupRulesCommand(query), options());
        return { items: page.SecurityGroupRules, next: page.NextToken };
      });
      return known(found, 'SecurityGroupRuleId', 'GroupId');
    },
    async describeInstances(filters) {
      const found = await everything(filters, async (query) => {
        const page = await client.send(new DescribeInstancesCommand(query), options());
        return { items: page.Reservations?.flatMap((reservation) => reservation.Instances ?? []), next: page.NextToken };
      });
      return known(found, 'InstanceId');
    },
    async describeNetworkInterfaces(filters) {
      const found = await everything(filters, async (query) => {
        const page = await client.send(new DescribeNetworkInterfacesCommand(query), options());
        return { items: page.NetworkInterfaces, next: page.NextToken };
      });
      return known(found, 'NetworkInterfaceId');
    },
    async describeAddresses(filters) {
      // The one Describe call without pages (AWS: DescribeAddresses).
      const found = await everything(filters, async ({ Filters }) => {
        const { Addresses } = await client.send(new DescribeAddressesCommand({ Filters }), options());
        return { items: Addresses, next: undefined };
      });
      return known(found, 'AllocationId');
    },
    async describeManagedPrefixLists(filters) {
      const found = await everything(filters, async (query) => {
        const page = await client.send(new DescribeManagedPrefixListsCommand(query), options());
        return { items: page.PrefixLists, next: page.NextToken };
      });
      return known(found, 'PrefixListId');
    },
  };
}

/** All pages for all values. A filter with no value can match nothing, so nothing is asked; a long one is asked in parts. */
async function everything<Item>(filters: Filters, read: (query: Query) => Promise<{ items: Item[] | undefined; next: string | undefined }>): Promise<Item[]> {
  const found: Item[] = [];
  for (const part of parts(Object.entries(filters).map(([name, values]) => [name, [...new Set(values)]]))) {
    const Filters = part.map(([Name, Values]) => ({ Name, Values: [...Values] }));
    found.push(...(await allPages((NextToken) => read({ Filters, ...(NextToken === undefined ? {} : { NextToken }) }))));
  }
  return found;
}

type Part = readonly (readonly [name: string, values: readonly string[]])[];

/** The filters with at most 200 values each; every combination once. No filter at all is refused: it would list the account. */
function parts(filters: Part): Part[] {
  if (filters.length === 0) throw new Error('a Describe call without a filter would list the whole account');
  return filters.reduce<Part[]>((all, [name, values]) => all.flatMap((part) => chunks(values, VALUES_PER_FILTER).map((chunk) => [...part, [name, chunk] as const])), [[]]);
}
