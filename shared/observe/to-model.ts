import type { SecurityGroup } from '../aws/ec2';
import type { Listener, LoadBalancer, Pairs, TargetGroup } from '../aws/elbv2';
import type { TargetGroupBinding } from '../model/kubernetes';
import type {
  Action,
  Attribute,
  HealthCheckConfig,
  IngressPermission,
  ListenerSpec,
  LoadBalancerSpec,
  SecurityGroupSpec,
  SubnetMapping,
  TargetGroupBindingSpec,
  TargetGroupSpec,
  Token,
} from '../model/model';

/** A physical id as a reference, where we know what it stands for. */
export type Translate = (physicalId: string) => Token;

/** A copy without members that are undefined: absent and undefined are the same in our language. */
type Stated<Shape> = { [Key in keyof Shape]: Exclude<Shape[Key], undefined> };
function stated<Shape extends object>(shape: Shape): Stated<Shape> {
  return Object.fromEntries(Object.entries(shape).filter(([, value]) => value !== undefined)) as Stated<Shape>;
}

function attributeList(pairs: Pairs): Attribute[] {
  return Object.entries(pairs)
    .map(([key, value]) => ({ key, value }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** What was read of a load balancer beyond its description: only what the desired model states. */
export interface LoadBalancerExtras {
  readonly attributes?: Pairs | undefined;
  readonly capacityUnits?: number | undefined;
}

/** A described load balancer in the model's language. */
export function loadBalancerSpec(found: LoadBalancer, { attributes, capacityUnits }: LoadBalancerExtras, translate: Translate): LoadBalancerSpec {
  return stated({
    name: found.LoadBalancerName,
    type: found.Type === 'application' ? 'application' : 'network',
    scheme: found.Scheme,
    ipAddressType: found.IpAddressType ?? 'ipv4',
    enablePrefixForIpv6SourceNat: found.EnablePrefixForIpv6SourceNat,
    subnetMapping: (found.AvailabilityZones ?? []).map(subnetMapping),
    securityGroups: found.SecurityGroups?.length ? found.SecurityGroups.map(translate) : undefined,
    securityGroupsInboundRulesOnPrivateLink: found.EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic as 'on' | 'off' | undefined,
    customerOwnedIPv4Pool: found.CustomerOwnedIpv4Pool,
    ipv4IPAMPool: found.IpamPools?.Ipv4IpamPoolId,
    loadBalancerAttributes: attributes && attributeList(attributes),
    minimumLoadBalancerCapacity: capacityUnits === undefined ? undefined : { capacityUnits },
  }) as LoadBalancerSpec;
}

function subnetMapping(zone: NonNullable<LoadBalancer['AvailabilityZones']>[number]): SubnetMapping {
  const [address] = zone.LoadBalancerAddresses ?? [];
  return stated({
    subnetID: zone.SubnetId ?? '',
    allocationID: address?.AllocationId,
    privateIPv4Address: address?.PrivateIPv4Address,
    ipv6Address: address?.IPv6Address,
    sourceNatIpv6Prefix: zone.SourceNatIpv6Prefixes?.[0],
  });
}

/** A described target group in the model's language. `attributes` only where the desired model states some. */
export function targetGroupSpec(found: TargetGroup, attributes: Pairs | undefined): TargetGroupSpec {
  return stated({
    name: found.TargetGroupName,
    targetType: found.TargetType ?? 'instance',
    port: found.Port ?? 0,
    protocol: found.Protocol ?? '',
    protocolVersion: found.ProtocolVersion,
    ipAddressType: found.IpAddressType ?? 'ipv4',
    healthCheckConfig: healthCheck(found),
    targetGroupAttributes: attributes && attributeList(attributes),
    targetControlPort: found.TargetControlPort,
  }) as TargetGroupSpec;
}

function healthCheck(found: TargetGroup): HealthCheckConfig {
  const { HttpCode, GrpcCode } = found.Matcher ?? {};
  return stated({
    port: found.HealthCheckPort,
    protocol: found.HealthCheckProtocol,
    path: found.HealthCheckPath,
    matcher: HttpCode === undefined && GrpcCode === undefined ? undefined : stated({ httpCode: HttpCode, grpcCode: GrpcCode }),
    intervalSeconds: found.HealthCheckIntervalSeconds,
    timeoutSeconds: found.HealthCheckTimeoutSeconds,
    healthyThresholdCount: found.HealthyThresholdCount,
    unhealthyThresholdCount: found.UnhealthyThresholdCount,
  });
}

/** What was read of a listener beyond its description. `added`: certificates other than the entry of the default one. */
export interface ListenerExtras {
  readonly attributes?: Pairs | undefined;
  readonly added?: readonly string[] | undefined;
}

/** A described listener in the model's language: its default certificate first, then those that were added (the default one may be among them again). */
export function listenerSpec(found: Listener, { attributes, added = [] }: ListenerExtras, translate: Translate): ListenerSpec {
  const certificates = [...(found.Certificates ?? []).slice(0, 1).map(({ CertificateArn }) => CertificateArn ?? ''), ...added];
  return stated({
    loadBalancerARN: translate(found.LoadBalancerArn),
    port: found.Port,
    protocol: found.Protocol,
    defaultActions: [...(found.DefaultActions ?? [])].sort((a, b) => (a.Order ?? 0) - (b.Order ?? 0)).map((action) => actionOf(action, translate)),
    certificates: certificates.length === 0 ? undefined : certificates.map((certificateARN) => ({ certificateARN })),
    sslPolicy: found.SslPolicy,
    alpnPolicy: found.AlpnPolicy,
    listenerAttributes: attributes && attributeList(attributes),
  });
}

/** AWS answers a single target group both ways; `ForwardConfig` says more. */
function actionOf({ Type, ForwardConfig, TargetGroupArn }: NonNullable<Listener['DefaultActions']>[number], translate: Translate): Action {
  const tuples = ForwardConfig?.TargetGroups ?? (TargetGroupArn === undefined ? [] : [{ TargetGroupArn }]);
  if (tuples.length === 0) return { type: Type ?? '' };
  const stickiness = ForwardConfig?.TargetGroupStickinessConfig;
  const targetGroups = tuples.map((tuple) => stated({ targetGroupARN: translate(tuple.TargetGroupArn ?? ''), weight: 'Weight' in tuple ? tuple.Weight : undefined }));
  const targetGroupStickinessConfig = stickiness && stated({ enabled: stickiness.Enabled, durationSeconds: stickiness.DurationSeconds });
  return { type: Type ?? '', forwardConfig: stated({ targetGroups, targetGroupStickinessConfig }) };
}

/** A described security group in the model's language, with its inbound rules. */
export function securityGroupSpec(found: SecurityGroup, translate: Translate): SecurityGroupSpec {
  return { groupName: found.GroupName, description: found.Description ?? '', ingress: (found.IpPermissions ?? []).map((permission) => ingressOf(permission, translate)) };
}

function ingressOf(permission: NonNullable<SecurityGroup['IpPermissions']>[number], translate: Translate): IngressPermission {
  return stated({
    ipProtocol: permission.IpProtocol ?? '-1',
    fromPort: permission.FromPort,
    toPort: permission.ToPort,
    ipRanges: some(permission.IpRanges?.map(({ CidrIp, Description }) => stated({ cidrIP: CidrIp ?? '', description: Description }))),
    ipv6Ranges: some(permission.Ipv6Ranges?.map(({ CidrIpv6, Description }) => stated({ cidrIPv6: CidrIpv6 ?? '', description: Description }))),
    prefixLists: some(permission.PrefixListIds?.map(({ PrefixListId, Description }) => stated({ listID: PrefixListId ?? '', description: Description }))),
    userIDGroupPairs: some(permission.UserIdGroupPairs?.map(({ GroupId, Description }) => stated({ groupID: translate(GroupId ?? ''), description: Description }))),
  });
}

function some<Item>(items: Item[] | undefined): Item[] | undefined {
  return items?.length ? items : undefined;
}

/** A TargetGroupBinding of the cluster in the model's language. */
export function bindingSpec({ metadata, spec }: TargetGroupBinding, translate: Translate): TargetGroupBindingSpec {
  const { networking, targetGroupARN, nodeSelector, targetGroupName: _, iamRoleArnToAssume: __, assumeRoleExternalId: ___, ...rest } = spec;
  const ingress = networking?.ingress?.map((rule) => ({ from: (rule.from ?? []).map((peer) => peerOf(peer, translate)), ports: rule.ports ?? null }));
  return {
    template: {
      metadata: stated({ name: metadata.name, namespace: metadata.namespace ?? '', labels: metadata.labels, annotations: metadata.annotations }),
      spec: stated({ ...rest, targetGroupARN: translate(targetGroupARN ?? ''), networking: networking && stated({ ingress }), nodeSelector: nodeSelector?.matchLabels && { matchLabels: nodeSelector.matchLabels } }),
    },
  } as TargetGroupBindingSpec;
}

type Peer = NonNullable<NonNullable<NonNullable<TargetGroupBinding['spec']['networking']>['ingress']>[number]['from']>[number];

function peerOf({ ipBlock, securityGroup }: Peer, translate: Translate) {
  return ipBlock ? { ipBlock } : { securityGroup: { groupID: translate(securityGroup?.groupID ?? '') } };
}
