/**
 * The language of the project: what should be there, as plain data. Everything here survives `JSON.stringify`.
 * Field names inside a `spec` are those of LBC's model (LBC's behaviour §9), so that a model can be shown as LBC shows it.
 */

export type ResourceType = 'security-group' | 'load-balancer' | 'target-group' | 'listener' | 'target-group-binding';

/** `<type>/<name>`: ours and stable. The name is LBC's resource id (`LoadBalancer`, `80`, `default/web:80`), which also stands in its tag. */
export type ResourceId = `${ResourceType}/${string}`;

/** The shared backend security group: made under its own key, referred to by every model that needs it. */
export const BACKEND_GROUP = 'backend-security-group';

/** A value that is known only when the other resource exists. */
export interface Reference {
  readonly ref: ResourceId | typeof BACKEND_GROUP;
  readonly attribute: 'arn' | 'groupId' | 'dnsName';
}

/** A literal, or a value known later. */
export type Token = string | Reference;

export type Tags = Readonly<Record<string, string>>;

export interface Attribute {
  readonly key: string;
  readonly value: string;
}

/** One inbound rule. Protocols as EC2 spells them (`tcp`, `udp`, `icmp`, `icmpv6`). */
export interface IngressPermission {
  readonly ipProtocol: string;
  readonly fromPort?: number;
  readonly toPort?: number;
  readonly ipRanges?: readonly { readonly cidrIP: string; readonly description?: string }[];
  readonly ipv6Ranges?: readonly { readonly cidrIPv6: string; readonly description?: string }[];
  readonly prefixLists?: readonly { readonly listID: string; readonly description?: string }[];
  readonly userIDGroupPairs?: readonly { readonly groupID: Token; readonly description?: string }[];
}

export interface SecurityGroupSpec {
  readonly groupName: string;
  readonly description: string;
  readonly tags?: Tags;
  readonly ingress?: readonly IngressPermission[];
}

export interface SubnetMapping {
  readonly subnetID: string;
  readonly allocationID?: string;
  readonly privateIPv4Address?: string;
  readonly ipv6Address?: string;
  readonly sourceNatIpv6Prefix?: string;
}

export type Scheme = 'internal' | 'internet-facing';
export type LoadBalancerIpAddressType = 'ipv4' | 'dualstack' | 'dualstack-without-public-ipv4';

export interface LoadBalancerSpec {
  readonly name: string;
  readonly type: 'network' | 'application';
  readonly scheme: Scheme;
  readonly ipAddressType: LoadBalancerIpAddressType;
  readonly enablePrefixForIpv6SourceNat?: 'on' | 'off';
  readonly subnetMapping: readonly SubnetMapping[];
  readonly securityGroups?: readonly Token[];
  readonly securityGroupsInboundRulesOnPrivateLink?: 'on' | 'off';
  readonly customerOwnedIPv4Pool?: string;
  readonly ipv4IPAMPool?: string;
  readonly loadBalancerAttributes?: readonly Attribute[];
  readonly minimumLoadBalancerCapacity?: { readonly capacityUnits: number };
  readonly tags?: Tags;
}

export interface HealthCheckConfig {
  /** A port number, or `traffic-port`. */
  readonly port?: number | string;
  readonly protocol?: string;
  readonly path?: string;
  readonly matcher?: { readonly httpCode?: string; readonly grpcCode?: string };
  readonly intervalSeconds?: number;
  readonly timeoutSeconds?: number;
  readonly healthyThresholdCount?: number;
  readonly unhealthyThresholdCount?: number;
}

export type TargetType = 'instance' | 'ip' | 'alb';

export interface TargetGroupSpec {
  readonly name: string;
  readonly targetType: TargetType;
  readonly port: number;
  readonly protocol: string;
  readonly protocolVersion?: string;
  readonly ipAddressType: 'ipv4' | 'ipv6';
  readonly healthCheckConfig?: HealthCheckConfig;
  readonly targetGroupAttributes?: readonly Attribute[];
  readonly tags?: Tags;
  readonly targetControlPort?: number;
}

export interface TargetGroupTuple {
  readonly targetGroupARN: Token;
  readonly weight?: number;
}

export interface Action {
  readonly type: string;
  readonly forwardConfig?: {
    readonly targetGroups: readonly TargetGroupTuple[];
    readonly targetGroupStickinessConfig?: { readonly enabled?: boolean; readonly durationSeconds?: number };
  };
}

export interface ListenerSpec {
  readonly loadBalancerARN: Token;
  readonly port: number;
  readonly protocol: string;
  readonly defaultActions: readonly Action[];
  /** ARNs in order; the first is the default certificate. */
  readonly certificates?: readonly { readonly certificateARN: string }[];
  readonly sslPolicy?: string;
  readonly alpnPolicy?: readonly string[];
  readonly listenerAttributes?: readonly Attribute[];
  readonly tags?: Tags;
}

/** A rule on node or pod security groups, as a TargetGroupBinding states it (its API spelling). */
export interface BindingNetworkingRule {
  readonly from: readonly ({ readonly ipBlock: { readonly cidr: string } } | { readonly securityGroup: { readonly groupID: Token } })[];
  readonly ports: readonly { readonly protocol?: string; readonly port?: number | string }[] | null;
}

export interface TargetGroupBindingSpec {
  readonly template: {
    readonly metadata: {
      readonly name: string;
      readonly namespace: string;
      readonly labels?: Readonly<Record<string, string>>;
      readonly annotations?: Readonly<Record<string, string>>;
    };
    readonly spec: {
      readonly targetGroupARN: Token;
      readonly targetType: TargetType;
      readonly targetGroupProtocol?: string;
      readonly serviceRef: { readonly name: string; readonly port: number | string };
      readonly networking?: { readonly ingress?: readonly BindingNetworkingRule[] };
      readonly nodeSelector?: { readonly matchLabels?: Readonly<Record<string, string>> };
      readonly ipAddressType?: 'ipv4' | 'ipv6';
      readonly vpcID?: string;
      readonly multiClusterTargetGroup?: boolean;
    };
  };
}

interface ResourceOf<Type extends ResourceType, Spec> {
  readonly id: `${Type}/${string}`;
  readonly type: Type;
  readonly spec: Spec;
}

/** One thing that should be there. */
export type Resource =
  | ResourceOf<'security-group', SecurityGroupSpec>
  | ResourceOf<'load-balancer', LoadBalancerSpec>
  | ResourceOf<'target-group', TargetGroupSpec>
  | ResourceOf<'listener', ListenerSpec>
  | ResourceOf<'target-group-binding', TargetGroupBindingSpec>;

/** Everything that should be there for one key. `id` is LBC's stack id (`namespace/name`), which stands in the stack tag. */
export interface Model {
  readonly id: string;
  readonly resources: readonly Resource[];
}

/** A resource as it was seen in AWS or in the cluster, in the same language, references translated back. */
export type Observed = Resource & {
  /** ARN, security group id, or `namespace/name` of a TargetGroupBinding. */
  readonly physicalId: string;
  /** All tags that were seen, tracking tags included. */
  readonly observedTags: Tags;
  /** `provisioning`, `active` …, for a load balancer. */
  readonly state?: string;
  readonly dnsName?: string;
  /** Id of the hosted zone, VPC, or whatever a step needs to know beyond the spec. */
  readonly vpcId?: string;
};
