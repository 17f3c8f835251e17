import type { AssociateRouteTableRequest, CreateRouteRequest, CreateRouteTableRequest, DescribeRouteTablesRequest, DescribeRouteTablesResult, Route, RouteTable } from '@aws-sdk/client-ec2';
import { AwsError, type Call, type Operations } from '../operation';
import { canonicalIpv4Cidr, canonicalIpv6Cidr } from './cidr';
import { need, operation } from './ec2-operation';
import { once } from './idempotency';
import { find, findAll, kinds } from './ids';
import { list, type Listing } from './listing';
import type { RouteRecord, RouteTableRecord } from './records';
import { tagsOf, type Ec2, type Region } from './state';
import { takeTags } from './tags';

const ofRoutes = (read: (route: Route) => string | undefined) => (table: RouteTable) => (table.Routes ?? []).map(read);

const routeTableListing: Listing<RouteTable> = {
  key: (table) => table.RouteTableId,
  most: 100,
  tags: (table) => table.Tags,
  fields: {
    'association.main': (table) => table.Associations?.map((association) => association.Main),
    'association.route-table-association-id': (table) => table.Associations?.map((association) => association.RouteTableAssociationId),
    'association.route-table-id': (table) => table.Associations?.map((association) => association.RouteTableId),
    'association.subnet-id': (table) => table.Associations?.map((association) => association.SubnetId),
    'association.gateway-id': (table) => table.Associations?.map((association) => association.GatewayId),
    'owner-id': (table) => table.OwnerId,
    'route-table-id': (table) => table.RouteTableId,
    'route.destination-cidr-block': ofRoutes((route) => route.DestinationCidrBlock),
    'route.destination-ipv6-cidr-block': ofRoutes((route) => route.DestinationIpv6CidrBlock),
    'route.destination-prefix-list-id': ofRoutes((route) => route.DestinationPrefixListId),
    'route.egress-only-internet-gateway-id': ofRoutes((route) => route.EgressOnlyInternetGatewayId),
    'route.gateway-id': ofRoutes((route) => route.GatewayId),
    'route.nat-gateway-id': ofRoutes((route) => route.NatGatewayId),
    'route.transit-gateway-id': ofRoutes((route) => route.TransitGatewayId),
    'route.origin': ofRoutes((route) => route.Origin),
    'route.state': ofRoutes((route) => route.State),
    'vpc-id': (table) => table.VpcId,
  },
};

/** DescribeRouteTables, CreateRouteTable, CreateRoute, AssociateRouteTable. */
export function routeTableOperations(ec2: Ec2): Operations {
  return {
    DescribeRouteTables: operation<DescribeRouteTablesRequest>(['RouteTableIds', 'Filters', 'MaxResults', 'NextToken'], (input, call) => describeRouteTables(ec2.open(call), input)),
    CreateRouteTable: operation<CreateRouteTableRequest>(['VpcId', 'TagSpecifications', 'ClientToken'], (input, call) => createOnce(ec2, call, input)),
    CreateRoute: operation<CreateRouteRequest>(
      ['RouteTableId', 'DestinationCidrBlock', 'DestinationIpv6CidrBlock', 'GatewayId', 'NatGatewayId', 'TransitGatewayId', 'EgressOnlyInternetGatewayId'],
      (input, call) => createRoute(ec2.open(call), input),
    ),
    AssociateRouteTable: operation<AssociateRouteTableRequest>(['RouteTableId', 'SubnetId'], (input, call) => associate(ec2, ec2.open(call), input)),
  };
}

function describeRouteTables(region: Region, input: DescribeRouteTablesRequest): DescribeRouteTablesResult {
  const tables = findAll(kinds.routeTable, region.routeTables, input.RouteTableIds).map((table) => showRouteTable(region, table));
  const { items, ...rest } = list(tables, input, routeTableListing);
  return { RouteTables: items, ...rest };
}

function showRouteTable(region: Region, table: RouteTableRecord): RouteTable {
  return {
    RouteTableId: table.routeTableId,
    VpcId: table.vpcId,
    OwnerId: region.place.account,
    Associations: table.associations.map(({ associationId, main, subnetId }) => ({
      RouteTableAssociationId: associationId,
      RouteTableId: table.routeTableId,
      Main: main,
      AssociationState: { State: 'associated' },
      ...(subnetId === undefined ? {} : { SubnetId: subnetId }),
    })),
    Routes: table.routes.map(showRoute),
    PropagatingVgws: [],
    Tags: tagsOf(region, table.routeTableId),
  };
}

function showRoute(route: RouteRecord): Route {
  const { destination } = route;
  return {
    ...(destination.startsWith('pl-') ? { DestinationPrefixListId: destination } : destination.includes(':') ? { DestinationIpv6CidrBlock: destination } : { DestinationCidrBlock: destination }),
    GatewayId: route.gatewayId,
    NatGatewayId: route.natGatewayId,
    TransitGatewayId: route.transitGatewayId,
    EgressOnlyInternetGatewayId: route.egressOnlyInternetGatewayId,
    Origin: route.gatewayId === 'local' ? 'CreateRouteTable' : 'CreateRoute',
    State: 'active',
  };
}

const createOnce = once('CreateRouteTable', createRouteTable);

function createRouteTable(ec2: Ec2, call: Call, input: CreateRouteTableRequest): { RouteTable: RouteTable } {
  const region = ec2.open(call);
  const vpc = find(kinds.vpc, region.vpcs, need(input.VpcId, 'vpcId'));
  const routes = vpc.cidrBlocks.filter((block) => block.state === 'associated').map((block) => ({ destination: block.cidrBlock, gatewayId: 'local' }));
  const table: RouteTableRecord = { routeTableId: ec2.id('rtb'), vpcId: vpc.vpcId, associations: [], routes };
  region.tags.set(table.routeTableId, takeTags(input.TagSpecifications, kinds.routeTable, ec2.quotas));
  region.routeTables.set(table.routeTableId, table);
  return { RouteTable: showRouteTable(region, table) };
}

function createRoute(region: Region, input: CreateRouteRequest): { Return: boolean } {
  const table = find(kinds.routeTable, region.routeTables, need(input.RouteTableId, 'routeTableId'));
  const destination = input.DestinationIpv6CidrBlock === undefined ? canonicalIpv4Cidr(need(input.DestinationCidrBlock, 'destinationCidrBlock')) : canonicalIpv6Cidr(input.DestinationIpv6CidrBlock);
  if (table.routes.some((route) => route.destination === destination)) {
    throw new AwsError('RouteAlreadyExists', `The route identified by ${destination} already exists.`);
  }
  if (input.GatewayId?.startsWith('igw-') === true) find(kinds.gateway, region.gateways, input.GatewayId);
  region.routeTables.set(table.routeTableId, { ...table, routes: [...table.routes, { destination, ...routeTarget(input) }] });
  return { Return: true };
}

function routeTarget({ GatewayId, NatGatewayId, TransitGatewayId, EgressOnlyInternetGatewayId }: CreateRouteRequest): Omit<RouteRecord, 'destination'> {
  if (GatewayId !== undefined) return { gatewayId: GatewayId };
  if (NatGatewayId !== undefined) return { natGatewayId: NatGatewayId };
  if (TransitGatewayId !== undefined) return { transitGatewayId: TransitGatewayId };
  return { egressOnlyInternetGatewayId: need(EgressOnlyInternetGatewayId, 'gatewayId') };
}

function associate(ec2: Ec2, region: Region, input: AssociateRouteTableRequest): object {
  const table = find(kinds.routeTable, region.routeTables, need(input.RouteTableId, 'routeTableId'));
  const { subnetId } = find(kinds.subnet, region.subnets, need(input.SubnetId, 'subnetId'));
  const taken = region.routeTables.values().some((one) => one.associations.some((association) => association.subnetId === subnetId));
  if (taken) throw new AwsError('Resource.AlreadyAssociated', `the specified association for route table ${table.routeTableId} conflicts with an existing association`);
  const associationId = ec2.id('rtbassoc');
  region.routeTables.set(table.routeTableId, { ...table, associations: [...table.associations, { associationId, main: false, subnetId }] });
  return { AssociationId: associationId, AssociationState: { State: 'associated' } };
}
