import type { Settings } from '../../contract/settings';
import type { LoadBalancerFacts, ServiceNeeds, SubnetNeed } from '../../model/facts';
import type { Service } from '../../model/kubernetes';
import type { Scheme } from '../../model/model';
import { ROLE_TAGS, ROLE_VALUES } from '../network/discover-subnets';
import { isSecurityGroupId } from '../network/named-security-groups';
import { isSubnetId } from '../network/named-subnets';
import { Refusal } from '../refusal';
import { buildListenerPort, groupPorts, readListenerProtocols } from './listener-ports';
import { serviceOwnership } from './ownership';
import { buildScheme } from './scheme';
import { wantsSecurityGroups } from './security-groups';
import { nameOf, serviceRequest } from './service-request';
import type { ServiceRequest } from './service-request';
import { namedSubnets } from './subnets';
import { readForwardAction, servicesOf } from './weighted-actions';

const NOTHING: ServiceNeeds = { zones: false, vpc: false, securityGroups: { ids: [], names: [] }, extraServices: [] };

/** What a builder needs to know before it can ask for the rest. */
export interface NeedsInput {
  readonly service: Service;
  readonly settings: Settings;
  readonly existingLoadBalancer?: LoadBalancerFacts;
}

/**
 * What has to be read besides the Service and its existing load balancer, so that AWS is asked as little as possible. Where a mistake in the manifest
 * makes all further facts useless, less is asked for: the builder will refuse before it misses them.
 */
export function neededFacts({ service, settings, existingLoadBalancer }: NeedsInput): ServiceNeeds {
  if (!serviceOwnership(service, settings).ours) return NOTHING;
  const request = serviceRequest(service, settings, existingLoadBalancer);
  const scheme = unlessRefused(() => buildScheme(request));
  if (scheme === undefined) return NOTHING;
  const hasGroups = unlessRefused(() => wantsSecurityGroups(request));
  return {
    subnets: subnetNeed(request, scheme),
    zones: true,
    // Without security groups an internal load balancer opens its targets to the ranges of the VPC.
    vpc: hasGroups === false && scheme === 'internal',
    securityGroups: securityGroupNeed(hasGroups === true ? (request.read('securityGroups') ?? []) : []),
    extraServices: extraServiceNeed(request),
  };
}

function subnetNeed(request: ServiceRequest, scheme: Scheme): SubnetNeed {
  const named = namedSubnets(request, scheme);
  if (named === undefined) return { by: 'role', tag: ROLE_TAGS[scheme], values: ROLE_VALUES, reachabilityFallback: request.settings.featureGates.SubnetDiscoveryByReachability };
  const all = [...new Set(named.namesOrIds)];
  return { by: 'selected', ids: all.filter(isSubnetId), names: all.filter((name) => !isSubnetId(name)) };
}

function securityGroupNeed(namesOrIds: readonly string[]): ServiceNeeds['securityGroups'] {
  const all = [...new Set(namesOrIds)];
  return { ids: all.filter(isSecurityGroupId), names: all.filter((name) => !isSecurityGroupId(name)) };
}

/** Services that actions of real listeners name, up to the first listener that cannot be built. The base Service is known already. */
function extraServiceNeed(request: ServiceRequest): string[] {
  const names = new Set<string>();
  unlessRefused(() => {
    const groups = groupPorts(request);
    const protocols = readListenerProtocols(request);
    for (const group of groups) {
      const { listenerProtocol: protocol, port } = buildListenerPort(group, protocols);
      for (const name of servicesOf(readForwardAction(request, { protocol, port: port.port }))) names.add(name);
    }
  });
  names.delete(nameOf(request.service).name);
  return [...names];
}

function unlessRefused<Value>(compute: () => Value): Value | undefined {
  try {
    return compute();
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}
