import type { Action, MutualAuthenticationAttributes, RuleCondition, RuleTransform, Tag } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Collection, Storage } from '../../storage';
import type { Call, World } from '../operation';
import type { Network } from '../network';
import type { Quotas } from './quotas';

/** One zone of a load balancer with the interface that it owns there. */
export interface ZoneRecord {
  readonly zoneName: string;
  readonly subnetId: string;
  readonly networkInterfaceId: string;
  readonly outpostId?: string;
  /** Addresses that were asked for; those that AWS chooses are not shown. */
  readonly publicIp?: string;
  readonly allocationId?: string;
  readonly privateIpv4Address?: string;
  readonly ipv6Address?: string;
  readonly sourceNatPrefixes: readonly string[];
}

export type LoadBalancerType = 'application' | 'network';
export type Scheme = 'internal' | 'internet-facing';
export type IpAddressType = 'ipv4' | 'dualstack' | 'dualstack-without-public-ipv4';

export interface LoadBalancerRecord {
  readonly arn: string;
  readonly name: string;
  readonly type: LoadBalancerType;
  readonly scheme: Scheme;
  readonly vpcId: string;
  readonly ipAddressType: IpAddressType;
  readonly securityGroups: readonly string[];
  readonly zones: readonly ZoneRecord[];
  readonly dnsName: string;
  /** Milliseconds; until `activeAt` the state is `provisioning`. */
  readonly createdAt: number;
  readonly activeAt: number;
  /** Only what differs from the defaults of its type. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: readonly Tag[];
  readonly privateLinkRules?: 'on' | 'off';
  readonly sourceNat: 'on' | 'off';
  readonly coipPool?: string;
  readonly ipv4IpamPoolId?: string;
  readonly capacity?: CapacityRecord;
}

export interface CapacityRecord {
  readonly units: number;
  readonly modifiedAt: number;
  readonly decreasesRemaining: number;
}

export interface HealthCheck {
  readonly enabled: boolean;
  readonly protocol: string;
  readonly port: string;
  readonly path?: string;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
  readonly httpCode?: string;
  readonly grpcCode?: string;
}

export type TargetType = 'instance' | 'ip' | 'lambda' | 'alb';

export interface TargetGroupRecord {
  readonly arn: string;
  readonly name: string;
  readonly targetType: TargetType;
  readonly protocol?: string;
  readonly protocolVersion?: string;
  readonly port?: number;
  readonly vpcId?: string;
  readonly ipAddressType: 'ipv4' | 'ipv6';
  readonly targetControlPort?: number;
  readonly healthCheck: HealthCheck;
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: readonly Tag[];
}

export interface TargetRecord {
  readonly targetGroupArn: string;
  readonly id: string;
  readonly port: number;
  /** As given (`all`), or found by the address or instance. */
  readonly zone?: string;
  readonly quicServerId?: string;
  readonly registeredAt: number;
  /** Set while draining; from then on the target does not exist. */
  readonly goneAt?: number;
}

export interface ListenerRecord {
  readonly arn: string;
  readonly loadBalancerArn: string;
  readonly port: number;
  readonly protocol: string;
  readonly sslPolicy?: string;
  readonly defaultCertificate?: string;
  readonly extraCertificates: readonly string[];
  readonly alpnPolicy?: readonly string[];
  readonly mutualAuthentication?: MutualAuthenticationAttributes;
  readonly defaultActions: readonly Action[];
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: readonly Tag[];
  /** Since when it forwards to each target group, in milliseconds. */
  readonly forwardsSince: Readonly<Record<string, number>>;
}

export interface RuleRecord {
  readonly arn: string;
  readonly listenerArn: string;
  readonly loadBalancerArn: string;
  /** `default` for the listener's own rule, whose actions are the listener's. */
  readonly priority: number | 'default';
  readonly conditions: readonly RuleCondition[];
  readonly actions: readonly Action[];
  readonly transforms: readonly RuleTransform[];
  readonly tags: readonly Tag[];
  readonly forwardsSince: Readonly<Record<string, number>>;
}

export interface TrustStoreRecord {
  readonly arn: string;
  readonly name: string;
  readonly certificates: number;
}

/** All that ELBv2 keeps. Records are replaced, never changed in place. */
export interface Elbv2State {
  readonly loadBalancers: Collection<LoadBalancerRecord>;
  readonly targetGroups: Collection<TargetGroupRecord>;
  readonly targets: Collection<TargetRecord>;
  readonly listeners: Collection<ListenerRecord>;
  readonly rules: Collection<RuleRecord>;
  readonly trustStores: Collection<TrustStoreRecord>;
}

/** Opens ELBv2's collections; every one is keyed by ARN but the targets. */
export function elbv2State(storage: Storage): Elbv2State {
  return {
    loadBalancers: storage.collection('elbv2/load-balancers'),
    targetGroups: storage.collection('elbv2/target-groups'),
    targets: storage.collection('elbv2/targets'),
    listeners: storage.collection('elbv2/listeners'),
    rules: storage.collection('elbv2/rules'),
    trustStores: storage.collection('elbv2/trust-stores'),
  };
}

/** How a target answers its health checks, once it is past its first ones. */
export type ProbeResult = 'healthy' | 'unhealthy' | { readonly state: 'unhealthy' | 'unavailable'; readonly reason: string; readonly description: string };

/** What is probed. */
export interface ProbedTarget {
  readonly id: string;
  readonly port: number;
  readonly zone?: string;
}

/** Says whether a target answers; asked whenever its health is described, so it must be quick and without effects. */
export type Probe = (target: ProbedTarget, targetGroup: TargetGroupRecord, call: Call) => ProbeResult;

/** What all operations of ELBv2 work on. */
export interface Elbv2 {
  readonly world: World;
  readonly state: Elbv2State;
  readonly network: Network;
  readonly quotas: Quotas;
  readonly probe: Probe;
  /** Whether a certificate exists in ACM or IAM. */
  readonly hasCertificate: (call: Call, arn: string) => boolean;
}

