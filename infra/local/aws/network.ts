import type { Call } from './operation';

/** The account and Region that a fact belongs to; every `Call` is one. */
export type Place = Pick<Call, 'account' | 'region'>;

/** A subnet as other services see it. */
export interface NetworkSubnet {
  readonly subnetId: string;
  readonly vpcId: string;
  readonly availabilityZone: string;
  readonly availabilityZoneId: string;
  readonly cidrBlock: string;
  readonly ipv6CidrBlocks: readonly string[];
  /** Addresses that are still free: a load balancer needs eight of them in each subnet. */
  readonly availableIpAddressCount: number;
  /** Local Zones and Wavelength Zones have rules of their own. */
  readonly zoneType: 'availability-zone' | 'local-zone' | 'wavelength-zone';
  readonly outpostArn?: string;
}

/** A VPC as other services see it. */
export interface NetworkVpc {
  readonly vpcId: string;
  readonly cidrBlocks: readonly string[];
  readonly ipv6CidrBlocks: readonly string[];
  /** An internet-facing load balancer is refused in a VPC without one. */
  readonly hasInternetGateway: boolean;
}

/** A security group as other services see it. */
export interface NetworkSecurityGroup {
  readonly groupId: string;
  readonly vpcId: string;
}

/** An instance as other services see it. */
export interface NetworkInstance {
  readonly instanceId: string;
  readonly vpcId: string;
  readonly subnetId: string;
  readonly availabilityZone: string;
  readonly state: 'pending' | 'running' | 'shutting-down' | 'terminated' | 'stopping' | 'stopped';
  readonly privateIpAddress: string;
}

/** An Elastic IP address as other services see it. */
export interface NetworkAllocation {
  readonly allocationId: string;
  readonly publicIp: string;
  /** Present while the address is in use. */
  readonly networkInterfaceId?: string;
}

/** A network interface as other services see it. */
export interface NetworkInterface {
  readonly networkInterfaceId: string;
  readonly subnetId: string;
  readonly privateIpAddress: string;
  readonly publicIp?: string;
  readonly ipv6Address?: string;
}

/** What a load balancer asks for in one subnet. Absent addresses are chosen by EC2. */
export interface InterfaceRequest {
  readonly subnetId: string;
  readonly groups: readonly string[];
  /** AWS writes `ELB net/<name>/<hash>` or `ELB app/<name>/<hash>`. */
  readonly description: string;
  readonly interfaceType: 'network_load_balancer' | 'interface';
  readonly privateIpAddress?: string;
  readonly ipv6Address?: string;
  /** Gives the interface an IPv6 address of the subnet even if none is named. */
  readonly assignIpv6: boolean;
  /** Elastic IP to associate. */
  readonly allocationId?: string;
  /** Gives the interface a public address of AWS's own if no Elastic IP is named. */
  readonly assignPublicIp: boolean;
}

/**
 * The facts and acts of EC2 that a load balancer depends on; EC2 implements it over its own collections.
 * Reads answer `undefined` for what does not exist in that place. Everything is synchronous, so that it joins the caller's `storage.atomically`.
 */
export interface Network {
  subnet(place: Place, subnetId: string): NetworkSubnet | undefined;
  vpc(place: Place, vpcId: string): NetworkVpc | undefined;
  securityGroup(place: Place, groupId: string): NetworkSecurityGroup | undefined;
  /** The group named `default` of a VPC: what an ALB gets when no group is asked for. */
  defaultSecurityGroup(place: Place, vpcId: string): NetworkSecurityGroup | undefined;
  instance(place: Place, instanceId: string): NetworkInstance | undefined;
  allocation(place: Place, allocationId: string): NetworkAllocation | undefined;
  /** The interface that owns a private IPv4 or IPv6 address in a VPC. */
  interfaceByAddress(place: Place, vpcId: string, address: string): NetworkInterface | undefined;
  /** The subnet of a VPC whose blocks hold an address, whether or not anything has it: tells the zone of an address target. */
  subnetByAddress(place: Place, vpcId: string, address: string): NetworkSubnet | undefined;
  /** Makes an interface owned by `amazon-elb` (requester managed). The addresses have been checked to be free. */
  createInterface(call: Call, request: InterfaceRequest): NetworkInterface;
  /** Replaces the security groups of an interface that `createInterface` made. */
  setInterfaceGroups(call: Call, networkInterfaceId: string, groups: readonly string[]): void;
  /**
   * The load balancer is gone: the interface (and what it holds: addresses, security groups, the Elastic IP) stays visible until `at`
   * (milliseconds on the local clock) and does not exist from then on, also after a restart.
   */
  releaseInterface(call: Call, networkInterfaceId: string, at: number): void;
}

/** A resource with tags, as the Resource Groups Tagging API shows it. */
export interface TaggedResource {
  readonly arn: string;
  /** `service:type` as in `ResourceTypeFilters`, e.g. `elasticloadbalancing:loadbalancer`, `ec2:security-group`. */
  readonly resourceType: string;
  readonly tags: readonly { readonly key: string; readonly value: string }[];
}

/** A service that has tagged resources; resources that never had a tag are left out. */
export interface TagSource {
  taggedResources(place: Place): TaggedResource[];
}
