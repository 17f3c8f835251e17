import type { CoipPool, CreateManagedPrefixListRequest, DescribeCoipPoolsRequest, DescribeCoipPoolsResult, DescribeManagedPrefixListsRequest, DescribeManagedPrefixListsResult, ManagedPrefixList } from '@aws-sdk/client-ec2';
import { AwsError, type Call, type Operations } from '../operation';
import { need, operation } from './ec2-operation';
import { once } from './idempotency';
import { findAll, kinds } from './ids';
import { list, type Listing } from './listing';
import type { PrefixListRecord } from './records';
import { tagsOf, type Ec2, type Region } from './state';
import { takeTags } from './tags';

const prefixListListing: Listing<ManagedPrefixList> = {
  key: (one) => one.PrefixListId,
  least: 1,
  most: 100,
  fields: { 'owner-id': (one) => one.OwnerId, 'prefix-list-id': (one) => one.PrefixListId, 'prefix-list-name': (one) => one.PrefixListName },
  tags: (one) => one.Tags,
};

const coipPoolListing: Listing<CoipPool> = {
  key: (pool) => pool.PoolId,
  fields: { 'coip-pool.pool-id': (pool) => pool.PoolId, 'coip-pool.local-gateway-route-table-id': (pool) => pool.LocalGatewayRouteTableId },
  tags: (pool) => pool.Tags,
};

/** DescribeManagedPrefixLists, CreateManagedPrefixList (its entries are not kept: only the size counts for rules), DescribeCoipPools. */
export function prefixListOperations(ec2: Ec2): Operations {
  return {
    DescribeManagedPrefixLists: operation<DescribeManagedPrefixListsRequest>(['PrefixListIds', 'Filters', 'MaxResults', 'NextToken'], (input, call) => describePrefixLists(ec2.open(call), input)),
    CreateManagedPrefixList: operation<CreateManagedPrefixListRequest>(['PrefixListName', 'MaxEntries', 'AddressFamily', 'TagSpecifications', 'ClientToken'], (input, call) =>
      createOnce(ec2, call, input),
    ),
    DescribeCoipPools: operation<DescribeCoipPoolsRequest>(['PoolIds', 'Filters', 'MaxResults', 'NextToken'], (input, call) => describeCoipPools(ec2.open(call), input)),
  };
}

function describePrefixLists(region: Region, input: DescribeManagedPrefixListsRequest): DescribeManagedPrefixListsResult {
  const lists = findAll(kinds.prefixList, region.prefixLists, input.PrefixListIds).map((one) => showPrefixList(region, one));
  const { items, ...rest } = list(lists, input, prefixListListing);
  return { PrefixLists: items, ...rest };
}

function showPrefixList(region: Region, { prefixListId, name, addressFamily, maxEntries, ownerId }: PrefixListRecord): ManagedPrefixList {
  const own = ownerId !== 'AWS';
  return {
    PrefixListId: prefixListId,
    PrefixListName: name,
    PrefixListArn: `arn:aws:ec2:${region.place.region}:${own ? ownerId : 'aws'}:prefix-list/${prefixListId}`,
    AddressFamily: addressFamily,
    OwnerId: ownerId,
    State: 'create-complete',
    Tags: tagsOf(region, prefixListId),
    ...(own ? { MaxEntries: maxEntries, Version: 1 } : {}),
  };
}

const createOnce = once('CreateManagedPrefixList', createPrefixList);

function createPrefixList(ec2: Ec2, call: Call, input: CreateManagedPrefixListRequest): { PrefixList: ManagedPrefixList } {
  const region = ec2.open(call);
  const addressFamily = need(input.AddressFamily, 'addressFamily');
  if (addressFamily !== 'IPv4' && addressFamily !== 'IPv6') throw new AwsError('InvalidParameterValue', `Invalid value '${addressFamily}' for addressFamily.`);
  const record: PrefixListRecord = { prefixListId: ec2.id('pl'), name: need(input.PrefixListName, 'prefixListName'), addressFamily, maxEntries: need(input.MaxEntries, 'maxEntries'), ownerId: region.place.account };
  region.tags.set(record.prefixListId, takeTags(input.TagSpecifications, kinds.prefixList, ec2.quotas));
  region.prefixLists.set(record.prefixListId, record);
  return { PrefixList: showPrefixList(region, record) };
}

function describeCoipPools(region: Region, input: DescribeCoipPoolsRequest): DescribeCoipPoolsResult {
  const { account, region: name } = region.place;
  const pools = findAll(kinds.coipPool, region.coipPools, input.PoolIds).map(({ poolId, cidrs }): CoipPool => ({
    PoolId: poolId,
    PoolCidrs: [...(cidrs ?? [])],
    PoolArn: `arn:aws:ec2:${name}:${account}:coip-pool/${poolId}`,
    Tags: tagsOf(region, poolId),
  }));
  const { items, ...rest } = list(pools, input, coipPoolListing);
  return { CoipPools: items, ...rest };
}
