import type { AttachInternetGatewayRequest, CreateInternetGatewayRequest, DescribeInternetGatewaysRequest, DescribeInternetGatewaysResult, InternetGateway } from '@aws-sdk/client-ec2';
import { AwsError, type Operations } from '../operation';
import { need, operation } from './ec2-operation';
import { find, findAll, kinds } from './ids';
import { list, type Listing } from './listing';
import type { GatewayRecord } from './records';
import { tagsOf, type Ec2, type Region } from './state';
import { takeTags } from './tags';

const gatewayListing: Listing<InternetGateway> = {
  key: (gateway) => gateway.InternetGatewayId,
  tags: (gateway) => gateway.Tags,
  fields: {
    'attachment.state': (gateway) => gateway.Attachments?.map((attachment) => attachment.State),
    'attachment.vpc-id': (gateway) => gateway.Attachments?.map((attachment) => attachment.VpcId),
    'internet-gateway-id': (gateway) => gateway.InternetGatewayId,
    'owner-id': (gateway) => gateway.OwnerId,
  },
};

/** DescribeInternetGateways, CreateInternetGateway, AttachInternetGateway. */
export function gatewayOperations(ec2: Ec2): Operations {
  return {
    DescribeInternetGateways: operation<DescribeInternetGatewaysRequest>(['InternetGatewayIds', 'Filters', 'MaxResults', 'NextToken'], (input, call) => describeGateways(ec2.open(call), input)),
    CreateInternetGateway: operation<CreateInternetGatewayRequest>(['TagSpecifications'], (input, call) => createGateway(ec2, ec2.open(call), input)),
    AttachInternetGateway: operation<AttachInternetGatewayRequest>(['InternetGatewayId', 'VpcId'], (input, call) => attachGateway(ec2.open(call), input)),
  };
}

function describeGateways(region: Region, input: DescribeInternetGatewaysRequest): DescribeInternetGatewaysResult {
  const gateways = findAll(kinds.gateway, region.gateways, input.InternetGatewayIds).map((gateway) => showGateway(region, gateway));
  const { items, ...rest } = list(gateways, input, gatewayListing);
  return { InternetGateways: items, ...rest };
}

function showGateway(region: Region, { gatewayId, vpcId }: GatewayRecord): InternetGateway {
  return {
    InternetGatewayId: gatewayId,
    OwnerId: region.place.account,
    // EC2 calls an attached internet gateway "available", which the SDK's enumeration of attachment states does not list.
    Attachments: vpcId === undefined ? [] : [{ VpcId: vpcId, State: 'available' as 'attached' }],
    Tags: tagsOf(region, gatewayId),
  };
}

function createGateway(ec2: Ec2, region: Region, input: CreateInternetGatewayRequest): { InternetGateway: InternetGateway } {
  const gateway: GatewayRecord = { gatewayId: ec2.id('igw') };
  region.tags.set(gateway.gatewayId, takeTags(input.TagSpecifications, kinds.gateway, ec2.quotas));
  region.gateways.set(gateway.gatewayId, gateway);
  return { InternetGateway: showGateway(region, gateway) };
}

function attachGateway(region: Region, input: AttachInternetGatewayRequest): object {
  const gateway = find(kinds.gateway, region.gateways, need(input.InternetGatewayId, 'internetGatewayId'));
  const { vpcId } = find(kinds.vpc, region.vpcs, need(input.VpcId, 'vpcId'));
  if (gateway.vpcId !== undefined || hasInternetGateway(region, vpcId)) {
    throw new AwsError('Resource.AlreadyAssociated', `resource ${gateway.gatewayId} is already attached to network ${gateway.vpcId ?? vpcId}`);
  }
  region.gateways.set(gateway.gatewayId, { ...gateway, vpcId });
  return {};
}

/** True if an internet gateway is attached to the VPC. */
export function hasInternetGateway(region: Region, vpcId: string): boolean {
  return region.gateways.values().some((gateway) => gateway.vpcId === vpcId);
}
