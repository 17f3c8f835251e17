import type {
  CreateListenerInput,
  CreateLoadBalancerInput,
  CreateTargetGroupInput,
  Listener as SdkListener,
  LoadBalancer as SdkLoadBalancer,
  ModifyIpPoolsInput,
  ModifyListenerInput,
  ModifyTargetGroupInput,
  SetSecurityGroupsInput,
  SetSubnetsInput,
  TargetDescription as SdkTargetDescription,
  TargetGroup as SdkTargetGroup,
  TargetHealthDescription as SdkTargetHealthDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { AwsClientConfig } from './client-config';
import { elbv2Reads } from './elbv2-reads';
import { elbv2Writes } from './elbv2-writes';
import { sdkConfig, speakStepErrors } from './sdk';
import type { Known, Plain } from './shapes';

export type LoadBalancer = Known<SdkLoadBalancer, 'LoadBalancerArn' | 'LoadBalancerName' | 'Type' | 'Scheme' | 'VpcId'>;
export type TargetGroup = Known<SdkTargetGroup, 'TargetGroupArn' | 'TargetGroupName'>;
export type Listener = Known<SdkListener, 'ListenerArn' | 'LoadBalancerArn' | 'Port' | 'Protocol'>;
export type TargetDescription = Plain<SdkTargetDescription>;
export type TargetHealthDescription = Known<SdkTargetHealthDescription, 'Target' | 'TargetHealth'>;

/** Tags or attributes, by key. */
export type Pairs = Readonly<Record<string, string>>;

/** One certificate of a listener. The default one is listed twice when it was also added by AddListenerCertificates. */
export interface ListenerCertificate {
  readonly certificateArn: string;
  readonly isDefault: boolean;
}

/**
 * What we read of Elastic Load Balancing. Paging and chunks (20 ARNs or names) are inside; lists keep AWS's order. What does not exist is left out
 * of lists and is undefined alone. Throws `Throttled`, `Transient`, `Denied` and the other step errors (shared/aws/errors.ts).
 */
export interface Elbv2Reads {
  /** One call per 20; one per item after an answer that one of them does not exist. */
  describeLoadBalancers(query: { readonly arns: readonly string[] } | { readonly names: readonly string[] }): Promise<LoadBalancer[]>;
  describeLoadBalancerAttributes(loadBalancerArn: string): Promise<Pairs | undefined>;
  /** Units of the reservation; 0 where there is none. */
  describeCapacityReservation(loadBalancerArn: string): Promise<number | undefined>;
  /** Listeners of one load balancer; none where it does not exist. */
  describeListeners(loadBalancerArn: string): Promise<Listener[]>;
  describeListenerAttributes(listenerArn: string): Promise<Pairs | undefined>;
  describeListenerCertificates(listenerArn: string): Promise<ListenerCertificate[] | undefined>;
  describeTargetGroups(query: { readonly arns: readonly string[] } | { readonly names: readonly string[] } | { readonly loadBalancerArn: string }): Promise<TargetGroup[]>;
  describeTargetGroupAttributes(targetGroupArn: string): Promise<Pairs | undefined>;
  /** Health of all targets, or of those named. */
  describeTargetHealth(targetGroupArn: string, targets?: readonly TargetDescription[]): Promise<TargetHealthDescription[] | undefined>;
  /** Tags by ARN. */
  describeTags(arns: readonly string[]): Promise<ReadonlyMap<string, Pairs>>;
  /** Those of the named security policies that exist. */
  describeSSLPolicies(names: readonly string[]): Promise<string[]>;
  /** The account's quotas by name (`listeners-per-network-load-balancer`), raised ones included. */
  describeAccountLimits(): Promise<Readonly<Record<string, number>>>;
}

/**
 * What we change in Elastic Load Balancing. Deletions and removals of what is gone already answer `false`. Duplicates are `Conflict`, what is in
 * use `Eventual`, limits `Quota`, refused values `UserConfig`; `details.awsCode` has AWS's code.
 */
export interface Elbv2Writes {
  /** AWS answers the existing one for the same name and settings. */
  createLoadBalancer(input: Plain<CreateLoadBalancerInput>): Promise<LoadBalancer>;
  /** The zones afterwards are not answered: describe when they matter. */
  setSubnets(input: Plain<SetSubnetsInput>): Promise<void>;
  setSecurityGroups(input: Plain<SetSecurityGroupsInput>): Promise<void>;
  setIpAddressType(loadBalancerArn: string, ipAddressType: string): Promise<void>;
  modifyLoadBalancerAttributes(loadBalancerArn: string, attributes: Pairs): Promise<void>;
  modifyIpPools(input: Plain<ModifyIpPoolsInput>): Promise<void>;
  /** 0 resets the reservation. */
  modifyCapacityReservation(loadBalancerArn: string, capacityUnits: number): Promise<void>;
  deleteLoadBalancer(loadBalancerArn: string): Promise<boolean>;
  createTargetGroup(input: Plain<CreateTargetGroupInput>): Promise<TargetGroup>;
  modifyTargetGroup(input: Plain<ModifyTargetGroupInput>): Promise<void>;
  modifyTargetGroupAttributes(targetGroupArn: string, attributes: Pairs): Promise<void>;
  deleteTargetGroup(targetGroupArn: string): Promise<boolean>;
  createListener(input: Plain<CreateListenerInput>): Promise<Listener>;
  modifyListener(input: Plain<ModifyListenerInput>): Promise<void>;
  modifyListenerAttributes(listenerArn: string, attributes: Pairs): Promise<void>;
  /** One call per certificate: AWS takes no more. */
  addListenerCertificates(listenerArn: string, certificateArns: readonly string[]): Promise<void>;
  /** One call per certificate; `false` where one of them was gone. */
  removeListenerCertificates(listenerArn: string, certificateArns: readonly string[]): Promise<boolean>;
  deleteListener(listenerArn: string): Promise<boolean>;
  /** The same tags on up to 20 resources per call. */
  addTags(arns: readonly string[], tags: Pairs): Promise<void>;
  removeTags(arns: readonly string[], keys: readonly string[]): Promise<void>;
  /** 200 targets per call. */
  registerTargets(targetGroupArn: string, targets: readonly TargetDescription[]): Promise<void>;
  /** `false` where the target group is gone. Targets that are not registered are no error. */
  deregisterTargets(targetGroupArn: string, targets: readonly TargetDescription[]): Promise<boolean>;
}

export type Elbv2 = Elbv2Reads & Elbv2Writes;

/** The client for Elastic Load Balancing. Opens nothing until its first call. */
export function createElbv2(config: AwsClientConfig): Elbv2 {
  const client = new ElasticLoadBalancingV2Client(sdkConfig(config));
  speakStepErrors(client, config);
  return { ...elbv2Reads(client, config), ...elbv2Writes(client, config) };
}
