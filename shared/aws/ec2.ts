import type {
  Address as SdkAddress,
  AvailabilityZone as SdkAvailabilityZone,
  Instance as SdkInstance,
  IpPermission as SdkIpPermission,
  ManagedPrefixList as SdkManagedPrefixList,
  NetworkInterface as SdkNetworkInterface,
  RouteTable as SdkRouteTable,
  SecurityGroup as SdkSecurityGroup,
  SecurityGroupRule as SdkSecurityGroupRule,
  Subnet as SdkSubnet,
  Vpc as SdkVpc,
} from '@aws-sdk/client-ec2';
import { EC2Client } from '@aws-sdk/client-ec2';
import type { AwsClientConfig } from './client-config';
import { ec2Reads } from './ec2-reads';
import { ec2Writes } from './ec2-writes';
import type { Pairs } from './elbv2';
import { sdkConfig, speakStepErrors } from './sdk';
import type { Known, Plain } from './shapes';

export type Subnet = Known<SdkSubnet, 'SubnetId' | 'VpcId' | 'AvailabilityZone' | 'AvailabilityZoneId'>;
export type Vpc = Known<SdkVpc, 'VpcId'>;
export type AvailabilityZone = Known<SdkAvailabilityZone, 'ZoneName' | 'ZoneId' | 'ZoneType'>;
export type RouteTable = Known<SdkRouteTable, 'RouteTableId'>;
export type SecurityGroup = Known<SdkSecurityGroup, 'GroupId' | 'GroupName'>;
export type SecurityGroupRule = Known<SdkSecurityGroupRule, 'SecurityGroupRuleId' | 'GroupId'>;
export type Instance = Known<SdkInstance, 'InstanceId'>;
export type NetworkInterface = Known<SdkNetworkInterface, 'NetworkInterfaceId'>;
export type Address = Known<SdkAddress, 'AllocationId'>;
export type PrefixList = Known<SdkManagedPrefixList, 'PrefixListId'>;
export type IpPermission = Plain<SdkIpPermission>;

/** EC2's filters by name (`tag:Name`, `vpc-id`, `group-id`); every name must match, any of its values. At most 200 values each. */
export type Filters = Readonly<Record<string, readonly string[]>>;

/**
 * What we read of EC2. All pages, AWS's order. Reads go by filter, so an id that does not exist is left out and never hides the others.
 * Throws `Throttled`, `Transient`, `Denied` and the other step errors (shared/aws/errors.ts).
 */
export interface Ec2Reads {
  describeSubnets(filters: Filters): Promise<Subnet[]>;
  describeVpcs(filters: Filters): Promise<Vpc[]>;
  /** All zones of these ids (`usw2-az1`), opted in or not. */
  describeAvailabilityZones(zoneIds: readonly string[]): Promise<AvailabilityZone[]>;
  describeRouteTables(filters: Filters): Promise<RouteTable[]>;
  describeSecurityGroups(filters: Filters): Promise<SecurityGroup[]>;
  /** Rules with their ids, inbound and outbound. */
  describeSecurityGroupRules(groupIds: readonly string[]): Promise<SecurityGroupRule[]>;
  describeInstances(filters: Filters): Promise<Instance[]>;
  describeNetworkInterfaces(filters: Filters): Promise<NetworkInterface[]>;
  /** Elastic IPs. */
  describeAddresses(filters: Filters): Promise<Address[]>;
  /** Prefix lists of the account, shared with it, and AWS's own. */
  describeManagedPrefixLists(filters: Filters): Promise<PrefixList[]>;
}

/**
 * What we change in EC2: security groups, their inbound rules, their tags. What is gone already answers `false`; duplicates are `Conflict`,
 * groups in use `Eventual`, limits `Quota`; `details.awsCode` has EC2's code.
 */
export interface Ec2Writes {
  /** Answers the id. `Conflict` with `InvalidGroup.Duplicate` where the VPC has a group of that name. */
  createSecurityGroup(input: { readonly name: string; readonly description: string; readonly vpcId: string; readonly tags: Pairs }): Promise<string>;
  deleteSecurityGroup(groupId: string): Promise<boolean>;
  /** Answers the new rules. All or nothing: one that exists is `Conflict` with `InvalidPermission.Duplicate`. */
  authorizeIngress(groupId: string, permissions: readonly IpPermission[]): Promise<SecurityGroupRule[]>;
  /** By rule ids, or by permissions (whose descriptions do not matter). `false` where the group or one of the rules is gone: then none was revoked. */
  revokeIngress(groupId: string, what: { readonly ruleIds: readonly string[] } | { readonly permissions: readonly IpPermission[] }): Promise<boolean>;
  createTags(ids: readonly string[], tags: Pairs): Promise<void>;
  deleteTags(ids: readonly string[], keys: readonly string[]): Promise<void>;
}

export type Ec2 = Ec2Reads & Ec2Writes;

/** The client for EC2. Opens nothing until its first call. Large (AWS's schemas): import it only where EC2 is called. */
export function createEc2(config: AwsClientConfig): Ec2 {
  const client = new EC2Client(sdkConfig(config));
  speakStepErrors(client, config);
  return { ...ec2Reads(client, config), ...ec2Writes(client, config) };
}
