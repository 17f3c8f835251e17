import { z } from 'zod';

const tags = z.record(z.string(), z.string()).default({});
const texts = z.array(z.string()).default([]);
const cidrBlock = z.union([z.string(), z.object({ cidrBlock: z.string(), state: z.enum(['associated', 'disassociated']) })]);

const Vpc = z.object({
  id: z.string(),
  cidrBlocks: z.array(cidrBlock).default([]),
  ipv6CidrBlocks: z.array(cidrBlock).default([]),
  disassociatedCidrBlocks: texts,
  disassociatedIpv6CidrBlocks: texts,
});

const Subnet = z.object({
  id: z.string(),
  vpcId: z.string().optional(),
  availabilityZone: z.string(),
  availabilityZoneId: z.string(),
  cidrBlock: z.string(),
  ipv6CidrBlocks: texts,
  disassociatedIpv6CidrBlocks: texts,
  availableIpAddressCount: z.number(),
  mapPublicIpOnLaunch: z.boolean().default(false),
  outpostArn: z.string().optional(),
  tags,
});

const Route = z.object({
  destination: z.string(),
  gatewayId: z.string().optional(),
  natGatewayId: z.string().optional(),
  transitGatewayId: z.string().optional(),
  egressOnlyInternetGatewayId: z.string().optional(),
});

const RouteTable = z.object({
  id: z.string(),
  vpcId: z.string().optional(),
  associations: z.array(z.object({ main: z.boolean().default(false), subnetId: z.string().optional() })).default([]),
  routes: z.array(Route).default([]),
  tags,
});

const described = { Description: z.string().optional() };
const Permission = z.object({
  IpProtocol: z.string(),
  FromPort: z.number().optional(),
  ToPort: z.number().optional(),
  IpRanges: z.array(z.object({ ...described, CidrIp: z.string() })).optional(),
  Ipv6Ranges: z.array(z.object({ ...described, CidrIpv6: z.string() })).optional(),
  PrefixListIds: z.array(z.object({ ...described, PrefixListId: z.string() })).optional(),
  UserIdGroupPairs: z.array(z.object({ ...described, GroupId: z.string(), UserId: z.string().optional() })).optional(),
});

const SecurityGroup = z.object({
  id: z.string(),
  vpcId: z.string().optional(),
  name: z.string(),
  description: z.string().default(''),
  tags,
  ingress: z.array(Permission).default([]),
});

const Certificate = z.object({
  arn: z.string(),
  domainName: z.string(),
  subjectAlternativeNames: texts,
  status: z.enum(['ISSUED', 'PENDING_VALIDATION', 'EXPIRED', 'REVOKED', 'FAILED', 'INACTIVE', 'VALIDATION_TIMED_OUT']).default('ISSUED'),
  type: z.enum(['AMAZON_ISSUED', 'IMPORTED', 'PRIVATE']).default('AMAZON_ISSUED'),
  keyAlgorithm: z.string().default('RSA_2048'),
  certificateAuthorityArn: z.string().optional(),
  tags,
});

const NetworkInterface = z.object({
  id: z.string(),
  vpcId: z.string().optional(),
  deviceIndex: z.number().default(0),
  groups: texts,
  privateIpAddresses: texts,
  ipv4Prefixes: texts,
  ipv6Addresses: texts,
  ipv6Prefixes: texts,
});

const LoadBalancer = z.object({
  arn: z.string(),
  name: z.string(),
  type: z.enum(['network', 'application']),
  // What AWS never says stands in one vector on purpose; such a load balancer counts as internal here.
  scheme: z.string(),
  vpcId: z.string().optional(),
  ipAddressType: z.enum(['ipv4', 'dualstack', 'dualstack-without-public-ipv4']).default('ipv4'),
  securityGroups: texts,
  availabilityZones: z.array(z.object({ zoneName: z.string(), subnetId: z.string() })).default([]),
  attributes: z.record(z.string(), z.string()).default({}),
  tags,
});

const Target = z.object({
  id: z.string(),
  port: z.number(),
  availabilityZone: z.string().optional(),
  quicServerId: z.string().optional(),
  state: z.string().optional(),
});

const TargetGroup = z.object({
  arn: z.string(),
  name: z.string(),
  targetType: z.enum(['instance', 'ip', 'lambda', 'alb']).default('instance'),
  protocol: z.string().optional(),
  port: z.number().optional(),
  ipAddressType: z.enum(['ipv4', 'ipv6']).default('ipv4'),
  vpcId: z.string().optional(),
  targets: z.array(Target).default([]),
  tags,
});

/**
 * An account as the vectors' environment files state it (their own head comments explain each key). `settings` are those of the
 * controller and of no concern here.
 */
export const AwsEnvironment = z.object({
  cluster: z.object({ name: z.string(), region: z.string(), accountId: z.string(), vpcId: z.string() }),
  settings: z.record(z.string(), z.unknown()).default({}),
  vpc: Vpc,
  otherVpcs: z.array(Vpc).default([]),
  availabilityZones: z.array(z.object({ name: z.string(), id: z.string(), zoneType: z.string() })).default([]),
  subnets: z.array(Subnet).default([]),
  routeTables: z.array(RouteTable).default([]),
  securityGroups: z.array(SecurityGroup).default([]),
  certificates: z.array(Certificate).default([]),
  trustStores: z.array(z.object({ name: z.string(), arn: z.string() })).default([]),
  webAcls: z.array(z.object({ name: z.string(), id: z.string(), arn: z.string() })).default([]),
  ipamPools: z.array(z.object({ id: z.string(), description: z.string().optional() })).default([]),
  coipPools: z.array(z.object({ id: z.string(), cidrs: texts })).default([]),
  /** Allocation ids. */
  elasticIps: texts,
  loadBalancers: z.array(LoadBalancer).default([]),
  targetGroups: z.array(TargetGroup).default([]),
  networkInterfaces: z.array(NetworkInterface).default([]),
  instances: z.array(z.object({ id: z.string(), networkInterfaces: z.array(NetworkInterface).default([]) })).default([]),
});

export type AwsEnvironment = z.infer<typeof AwsEnvironment>;

/** An environment with `overrides` merged into it: objects deeply, lists and everything else replaced whole. Changes neither. */
export function mergeOverrides(environment: unknown, overrides: unknown): unknown {
  if (overrides === undefined) return environment;
  if (!isObject(environment) || !isObject(overrides)) return overrides;
  const keys = [...new Set([...Object.keys(environment), ...Object.keys(overrides)])];
  return Object.fromEntries(keys.map((key) => [key, mergeOverrides(environment[key], overrides[key])]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
