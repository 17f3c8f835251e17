import type { Rule } from './permissions';

/** Stored shapes of the local EC2: plain JSON, our own spelling. What AWS shows is made from them at the time of the call. */

/** A block of a VPC or subnet; a block that was taken away stays listed as `disassociated`. */
export interface CidrRecord {
  readonly associationId: string;
  readonly cidrBlock: string;
  readonly state: 'associated' | 'disassociated';
}

export interface ZoneRecord {
  readonly zoneName: string;
  readonly zoneId: string;
  readonly zoneType: string;
}

export interface VpcRecord {
  readonly vpcId: string;
  readonly cidrBlocks: readonly CidrRecord[];
  readonly ipv6CidrBlocks: readonly CidrRecord[];
  readonly isDefault: boolean;
}

export interface SubnetRecord {
  readonly subnetId: string;
  readonly vpcId: string;
  readonly availabilityZone: string;
  readonly availabilityZoneId: string;
  readonly cidrBlock: string;
  readonly ipv6CidrBlocks: readonly CidrRecord[];
  readonly availableIpAddressCount: number;
  readonly mapPublicIpOnLaunch: boolean;
  readonly outpostArn?: string;
  /** Where the search for a free address goes on, so that a released one is not given out again at once. */
  readonly cursor: number;
}

export interface RuleRecord extends Rule {
  readonly ruleId: string;
  readonly egress: boolean;
}

export interface GroupRecord {
  readonly groupId: string;
  readonly vpcId: string;
  readonly groupName: string;
  readonly description: string;
  /** In the order of their making, both directions. */
  readonly rules: readonly RuleRecord[];
}

export interface RouteRecord {
  /** A CIDR block of either family, or a prefix list's id. */
  readonly destination: string;
  readonly gatewayId?: string;
  readonly natGatewayId?: string;
  readonly transitGatewayId?: string;
  readonly egressOnlyInternetGatewayId?: string;
}

export interface RouteTableRecord {
  readonly routeTableId: string;
  readonly vpcId: string;
  readonly associations: readonly { readonly associationId: string; readonly main: boolean; readonly subnetId?: string }[];
  readonly routes: readonly RouteRecord[];
}

export interface GatewayRecord {
  readonly gatewayId: string;
  readonly vpcId?: string;
}

export interface AddressRecord {
  readonly allocationId: string;
  readonly publicIp: string;
  readonly publicIpv4Pool: string;
  readonly customerOwnedIpv4Pool?: string;
}

export interface PrefixListRecord {
  readonly prefixListId: string;
  readonly name: string;
  readonly addressFamily: 'IPv4' | 'IPv6';
  readonly maxEntries: number;
  /** `AWS` for the lists that AWS keeps. */
  readonly ownerId: string;
}

export interface PoolRecord {
  readonly poolId: string;
  readonly description?: string;
  readonly cidrs?: readonly string[];
}

export interface InterfaceRecord {
  readonly networkInterfaceId: string;
  /** Absent for interfaces that a test environment states without their network. */
  readonly subnetId?: string;
  readonly vpcId?: string;
  readonly description: string;
  readonly interfaceType: string;
  readonly groups: readonly string[];
  /** The first is the primary one. */
  readonly privateIpAddresses: readonly string[];
  readonly ipv4Prefixes: readonly string[];
  readonly ipv6Addresses: readonly string[];
  readonly ipv6Prefixes: readonly string[];
  readonly macAddress: string;
  readonly sourceDestCheck: boolean;
  /** Made and owned by an AWS service; users can neither change nor delete it. */
  readonly requesterId?: string;
  readonly association?: { readonly associationId: string; readonly publicIp: string; readonly allocationId?: string };
  readonly attachment?: { readonly attachmentId: string; readonly instanceId?: string; readonly deviceIndex: number; readonly attachTime: number; readonly deleteOnTermination: boolean };
}

export interface InstanceRecord {
  readonly instanceId: string;
  readonly vpcId?: string;
  readonly subnetId?: string;
  readonly availabilityZone?: string;
  readonly imageId: string;
  readonly instanceType: string;
  readonly keyName?: string;
  readonly reservationId: string;
  /** Milliseconds since the epoch, like all times here. */
  readonly launchedAt: number;
  readonly runningAt: number;
  /** Set when its end was asked for. */
  readonly stoppingAt?: number;
  readonly terminatedAt?: number;
}
