import type { Service } from './kubernetes';

/**
 * Facts: everything that a model is computed from and that is not ours to change, as plain data. What lies in AWS keeps AWS's order and words.
 * A reader may put in more than was asked for (all subnets of the VPC, say): the builder selects by itself and never counts on a narrow list.
 */

/** Which cluster. `id` is ours, `name` stands in LBC's tags and hashes. */
export interface ClusterFacts {
  readonly id: string;
  readonly name: string;
  readonly region: string;
  readonly accountId: string;
  readonly vpcId: string;
}

/** A CIDR block with its association state (`associated`, `associating`, `disassociated` …). */
export interface CidrAssociation {
  readonly cidrBlock: string;
  readonly state: string;
}

/** DescribeVpcs. The primary block is among `cidrBlocks`. Both lists are empty where the VPC was not asked for. */
export interface VpcFacts {
  readonly id: string;
  readonly cidrBlocks: readonly CidrAssociation[];
  readonly ipv6CidrBlocks: readonly CidrAssociation[];
}

/** DescribeSubnets. */
export interface SubnetFacts {
  readonly id: string;
  readonly vpcId: string;
  /** `us-west-2a`. */
  readonly zoneName: string;
  /** `usw2-az1`. */
  readonly zoneId: string;
  readonly cidrBlock: string;
  readonly ipv6CidrBlocks: readonly CidrAssociation[];
  readonly availableIpAddressCount: number;
  readonly outpostArn?: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** DescribeAvailabilityZones. */
export interface ZoneFacts {
  readonly name: string;
  readonly id: string;
  /** `availability-zone`, `local-zone` or `wavelength-zone`. */
  readonly zoneType: string;
}

/** DescribeRouteTables: whose it is, and through which gateways it leads. */
export interface RouteTableFacts {
  readonly id: string;
  readonly vpcId: string;
  /** Whether it counts for subnets that have no table of their own. */
  readonly main: boolean;
  /** Subnets that are associated by id. */
  readonly subnetIds: readonly string[];
  /** `GatewayId` of each route that has one: `igw-…`, `local`, `vgw-…`. No NAT, transit or egress-only gateway: AWS gives those other fields. */
  readonly gatewayIds: readonly string[];
}

/** DescribeSecurityGroups, without rules. */
export interface SecurityGroupFacts {
  readonly id: string;
  readonly vpcId: string;
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** DescribeLoadBalancers and its tags. */
export interface LoadBalancerFacts {
  readonly arn: string;
  readonly name: string;
  readonly vpcId: string;
  /** `network`, `application`. */
  readonly type: string;
  /** `internal`, `internet-facing`, as AWS says it. */
  readonly scheme: string;
  /** `provisioning`, `active`, `active_impaired`, `failed`. */
  readonly state?: string;
  readonly ipAddressType?: string;
  /** Empty: it has none, and AWS can never give it one. */
  readonly securityGroups: readonly string[];
  readonly zones: readonly { readonly zoneName: string; readonly subnetId: string }[];
  readonly tags: Readonly<Record<string, string>>;
}

/** What was read of the network. An id that was asked for and is not in a list does not exist: read by filter (`subnet-id`, `group-id`), which names no culprit but answers for the rest. */
export interface NetworkFacts {
  readonly vpc: VpcFacts;
  readonly subnets: readonly SubnetFacts[];
  readonly zones: readonly ZoneFacts[];
  readonly routeTables: readonly RouteTableFacts[];
}

/** Everything that the model of a Service is computed from, besides the settings of its cluster. */
export interface ServiceFacts {
  readonly cluster: ClusterFacts;
  readonly service: Service;
  /** Services of the same namespace that `actions.…` annotations name; one that was asked for and is absent does not exist. */
  readonly extraServices: readonly Service[];
  readonly network: NetworkFacts;
  readonly securityGroups: readonly SecurityGroupFacts[];
  /** The first load balancer in the VPC that carries the tags of this Service's stack (LBC's behaviour §1.3, §5.3). */
  readonly existingLoadBalancer?: LoadBalancerFacts;
}

/**
 * Which subnets to read.
 * - `role`: those of the VPC whose tag `tag` is `""` or `"1"`. If there is none and `reachabilityFallback`, then all of the VPC, and the VPC's route tables.
 * - `selected`: these ids (filter `subnet-id`, in any VPC) and these `Name` tags (of the VPC); two calls at most.
 */
export type SubnetNeed =
  | { readonly by: 'role'; readonly tag: string; readonly values: readonly string[]; readonly reachabilityFallback: boolean }
  | { readonly by: 'selected'; readonly ids: readonly string[]; readonly names: readonly string[] };

/** What has to be read for one Service, so that AWS is asked as little as possible. Nothing is needed of what is absent, false or empty. */
export interface ServiceNeeds {
  readonly subnets?: SubnetNeed;
  /** Types of the zones that subnets without Outpost lie in. */
  readonly zones: boolean;
  /** CIDR blocks of the VPC. */
  readonly vpc: boolean;
  /** Ids (filter `group-id`) and `Name` tags (filter values with EC2's wildcards, groups of the VPC); two calls at most. */
  readonly securityGroups: { readonly ids: readonly string[]; readonly names: readonly string[] };
  /** Names of further Services, same namespace. */
  readonly extraServices: readonly string[];
}

/**
 * What a plan names of AWS that is not ours, to be asked for before anything is written. Nothing is asked for an empty list, so a plan
 * that names nothing new costs no call.
 */
export interface PreflightNeeds {
  /** ARNs of ACM in the cluster's account and Region; others cannot be looked at from there. */
  readonly certificates: readonly string[];
  readonly allocations: readonly string[];
  /** IPv4 and IPv6 addresses in the VPC. */
  readonly addresses: readonly string[];
  readonly prefixLists: readonly string[];
  readonly securityGroups: readonly string[];
  readonly sslPolicies: readonly string[];
  /** Of users. */
  readonly targetGroups: readonly string[];
  /** Names that users chose for load balancers that are to be made. */
  readonly loadBalancerNames: readonly string[];
  /** Quotas of Elastic Load Balancing. */
  readonly limits: boolean;
}

/** AWS's answers to `PreflightNeeds`. What was asked for and is absent does not exist. */
export interface PreflightFacts {
  /** DescribeCertificate: `ISSUED`, `PENDING_VALIDATION`, `EXPIRED` … */
  readonly certificates: readonly { readonly arn: string; readonly status: string }[];
  /** DescribeAddresses; `heldBy` is the interface that an Elastic IP is associated with. */
  readonly allocations: readonly { readonly id: string; readonly heldBy?: string }[];
  /** DescribeNetworkInterfaces: the interfaces that have one of the addresses. */
  readonly interfaces: readonly { readonly id: string; readonly description: string; readonly addresses: readonly string[] }[];
  /** DescribeManagedPrefixLists; AWS's own state no size. */
  readonly prefixLists: readonly { readonly id: string; readonly name: string; readonly family: string; readonly maxEntries?: number }[];
  readonly securityGroups: readonly SecurityGroupFacts[];
  /** DescribeSSLPolicies: names. */
  readonly sslPolicies: readonly string[];
  /** DescribeTargetGroups. */
  readonly targetGroups: readonly { readonly arn: string; readonly vpcId?: string; readonly protocol?: string; readonly loadBalancerArns: readonly string[] }[];
  /** DescribeLoadBalancers: those that have one of the names. */
  readonly namesakes: readonly { readonly arn: string; readonly name: string }[];
  /** DescribeAccountLimits by name: `listeners-per-network-load-balancer`. */
  readonly limits: Readonly<Record<string, number>>;
}

/** A security group of targets, with the rules that a plan's new bindings need. */
export interface TargetSecurityGroup {
  readonly id: string;
  /** Inbound rules that it has, and that it would have then: of IPv4 or IPv6, whichever are more. */
  readonly present: number;
  readonly needed: number;
}

/** What is known of the targets before the first binding is there. */
export interface TargetOutlook {
  readonly securityGroups: readonly TargetSecurityGroup[];
  /** Nodes that can be targets, and those of them whose instance has a primary IPv6 address. Only where IPv6 instance targets are wanted. */
  readonly ipv6Nodes?: { readonly all: number; readonly reachable: number };
}
