import type { BindingNetworkingRule, TargetGroupBindingSpec, TargetGroupSpec } from '../../model/model';
import { ruleFromGroup } from './binding-networking';
import { rulesByAddress } from './binding-networking-by-address';
import { TRAFFIC_PORT } from './health-check';
import { sourceRanges } from './managed-security-group';
import { nameOf } from './service-request';
import type { ServiceBuild, ServiceRequest } from './service-request';
import { targetGroupName } from './target-group';
import type { Frontend, TargetGroupWish } from './target-group';
import { trafficPort } from './target-type';

export interface BindingWish {
  readonly frontend: Frontend;
  readonly wish: TargetGroupWish;
  readonly targetGroup: TargetGroupSpec;
  readonly preservesClientIp: boolean;
}

/** The TargetGroupBinding that ties a Service's port to its target group, named like the target group (LBC's behaviour §1.10). */
export function buildBinding(build: ServiceBuild, bindingWish: BindingWish): TargetGroupBindingSpec {
  const { wish, targetGroup } = bindingWish;
  const { namespace, name } = nameOf(wish.service);
  const nodeSelector = buildNodeSelector(build, targetGroup);
  const ingress = buildNetworking(build, bindingWish);
  const multiCluster = build.read('multiCluster') ?? false;
  return {
    template: {
      metadata: { name: targetGroup.name, namespace },
      spec: {
        targetGroupARN: { ref: `target-group/${targetGroupName(wish)}`, attribute: 'arn' },
        targetType: targetGroup.targetType,
        targetGroupProtocol: targetGroup.protocol,
        serviceRef: { name, port: wish.port.port },
        ipAddressType: targetGroup.ipAddressType,
        vpcID: build.facts.cluster.vpcId,
        ...(ingress && { networking: { ingress } }),
        ...nodeSelector,
        ...(multiCluster && { multiClusterTargetGroup: true }),
      },
    },
  };
}

/** Labels of nodes are not even read for ip targets. */
function buildNodeSelector({ read }: ServiceRequest, { targetType }: TargetGroupSpec): { readonly nodeSelector?: { readonly matchLabels: Readonly<Record<string, string>> } } {
  const labels = targetType === 'instance' ? read('targetNodeLabels') : undefined;
  return labels && labels.size > 0 ? { nodeSelector: { matchLabels: Object.fromEntries(labels) } } : {};
}

/** Absent: the rules on targets are not ours to manage. */
function buildNetworking(build: ServiceBuild, { frontend, wish, targetGroup, preservesClientIp }: BindingWish): BindingNetworkingRule[] | undefined {
  const { groups, scheme, subnets } = frontend;
  const traffic = { protocol: targetGroup.protocol, port: trafficPort(targetGroup.targetType, wish.port), healthCheckPort: targetGroup.healthCheckConfig?.port ?? TRAFFIC_PORT };
  if (groups.securityGroups.length > 0) {
    return groups.backendGroup === undefined ? undefined : [ruleFromGroup(groups.backendGroup, traffic, !build.settings.disableRestrictedSecurityGroupRules)];
  }
  if (build.read('manageBackendRules') === false) return undefined;
  return rulesByAddress({
    ...traffic,
    ipAddressType: targetGroup.ipAddressType,
    scheme,
    preservesClientIp,
    sourceRanges: sourceRanges(build, wish.service.spec),
    subnets,
    vpc: build.facts.network.vpc,
  });
}
