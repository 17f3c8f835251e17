import * as z from 'zod';

/** Feature gates of LBC 3.5 with their defaults (LBC's behaviour §8.2). */
export const FeatureGates = z.strictObject({
  ListenerRulesTagging: z.boolean().default(true),
  WeightedTargetGroups: z.boolean().default(true),
  ServiceTypeLoadBalancerOnly: z.boolean().default(false),
  EndpointsFailOpen: z.boolean().default(true),
  EnableServiceController: z.boolean().default(true),
  EnableIPTargetType: z.boolean().default(true),
  EnableTCPUDPListener: z.boolean().default(false),
  EnableRGTAPI: z.boolean().default(false),
  SubnetsClusterTagCheck: z.boolean().default(true),
  NLBHealthCheckAdvancedConfig: z.boolean().default(true),
  NLBSecurityGroup: z.boolean().default(true),
  ALBSingleSubnet: z.boolean().default(false),
  LBCapacityReservation: z.boolean().default(true),
  SubnetDiscoveryByReachability: z.boolean().default(true),
  NLBGatewayAPI: z.boolean().default(true),
  ALBGatewayAPI: z.boolean().default(true),
  GatewayListenerSet: z.boolean().default(true),
  GlobalAcceleratorController: z.boolean().default(false),
  EnhancedDefaultBehavior: z.boolean().default(false),
  EnableDefaultTagsLowPriority: z.boolean().default(false),
  ALBTargetControlAgent: z.boolean().default(false),
  EnableCertificateManagement: z.boolean().default(false),
  IngressPlanAnnotation: z.boolean().default(false),
});

const text = z.string();
const tags = z.record(z.string(), z.string());
/** Go's duration: `15s`, `10m`, `1h30m`. */
const duration = z.string().regex(/^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$/, 'expected a duration like 15s or 10m');

/** Our own settings; in a file they stand under `stepbalancer:`. */
export const OwnSettings = z.strictObject({
  /** How long a deletion may hold the object's finalizer while AWS refuses. */
  finalizerDeadline: duration.default('10m'),
  /** Deletions of load balancers and target groups per cluster within 10 minutes. */
  maxDeletes: z.int().positive().default(10),
  /** Inbound rules that a security group of this account can have, for IPv4 and IPv6 apart: AWS's quota, 60 unless it was raised. */
  maxRulesPerSecurityGroup: z.int().positive().default(60),
  /** How long a new load balancer and its targets may take to become healthy before they are reported as degraded. */
  healthyWithin: duration.default('5m'),
  /** Legacy Services (`aws-load-balancer-type: nlb` and the in-tree annotations) are ours. */
  legacyServices: z.boolean().default(false),
  /** The age at which the last comparison with AWS no longer counts and the next pass reads AWS again. */
  driftCheckAfter: duration.default('10m'),
});

/**
 * Settings of one cluster. LBC's flags in camelCase with LBC's defaults (LBC's behaviour §8.1), so that a controller's
 * settings can be carried over; ours stand under `stepbalancer`. Unknown keys are refused.
 */
export const Settings = z.strictObject({
  defaultTags: tags.default({}),
  externalManagedTags: z.array(text).default([]),
  defaultTargetType: text.default('instance'),
  defaultLoadBalancerScheme: text.default('internal'),
  defaultSslPolicy: text.default('ELBSecurityPolicy-2016-08'),
  loadBalancerClass: text.default('service.k8s.aws/nlb'),
  ingressClass: text.default('alb'),
  disableIngressClassAnnotation: z.boolean().default(false),
  disableIngressGroupNameAnnotation: z.boolean().default(false),
  tolerateNonExistentBackendService: z.boolean().default(true),
  tolerateNonExistentBackendAction: z.boolean().default(true),
  allowedCertificateAuthorityArns: z.array(text).default([]),
  defaultPcaArn: text.default(''),
  enableBackendSecurityGroup: z.boolean().default(true),
  backendSecurityGroup: text.default(''),
  enableManageBackendSecurityGroupRules: z.boolean().default(false),
  disableRestrictedSecurityGroupRules: z.boolean().default(false),
  serviceTargetEniSecurityGroupTags: tags.default({}),
  enableEndpointSlices: z.boolean().default(true),
  maxTargetsPerTargetGroup: z.int().nonnegative().default(0),
  targetgroupbindingRequeueDuration: duration.default('15s'),
  enablePodReadinessGateInject: z.boolean().default(true),
  quicEnvironmentVariableName: text.default('AWS_LBC_QUIC_SERVER_ID'),
  requiredSecretsLabel: text.default(''),
  featureGates: FeatureGates.prefault({}),
  stepbalancer: OwnSettings.prefault({}),
});
export type Settings = z.infer<typeof Settings>;

const UNIT_MS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds of a duration such as `15s` or `1h30m` (as checked by the schema). */
export function durationMs(value: string): number {
  return [...value.matchAll(/([0-9.]+)(ms|s|m|h)/g)].reduce((sum, [, amount, unit]) => sum + Number(amount) * (UNIT_MS[unit ?? ''] ?? 0), 0);
}
