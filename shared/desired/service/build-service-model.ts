import type { Settings } from '../../contract/settings';
import type { ServiceFacts } from '../../model/facts';
import type { Model, Resource } from '../../model/model';
import type { Problem } from '../../model/problem';
import { Refusal } from '../refusal';
import { requireDeletable } from './deletion-protection';
import { buildListeners } from './listeners';
import type { ListenerParts } from './listeners';
import { buildLoadBalancer } from './load-balancer';
import type { LoadBalancerParts } from './load-balancer';
import { serviceOwnership } from './ownership';
import { buildScheme } from './scheme';
import { MANAGED_GROUP_ID } from './security-groups';
import { serviceRequest, stackIdOf } from './service-request';
import type { ServiceBuild } from './service-request';
import { buildSubnets } from './subnets';
import { serviceProblem, serviceWarnings } from './warnings';

/** What a Service asks for. */
export type ServiceModel =
  /** A load balancer; `problems` are warnings that do not hinder it. */
  | { readonly outcome: 'load-balancer'; readonly model: Model; readonly backendGroupNeeded: boolean; readonly problems: readonly Problem[] }
  /** Nothing, or nothing any more: what exists goes. */
  | { readonly outcome: 'none'; readonly model: Model; readonly why: 'deleted' | 'not-selected' }
  /** Nothing can be built, so everything stays as it is, until a person mends what the one problem says. */
  | { readonly outcome: 'refused'; readonly problems: readonly Problem[] };

/** The whole desired model of a Service, equal to that of LBC 3.5. Pure: the same facts give the same model. Of several mistakes the first in the order of building is told. */
export function buildServiceModel(facts: ServiceFacts, settings: Settings): ServiceModel {
  const { service } = facts;
  try {
    const ownership = serviceOwnership(service, settings);
    const build: ServiceBuild = { ...serviceRequest(service, settings, facts.existingLoadBalancer), facts };
    if (ownership.ours) return buildOwned(build);
    requireDeletable(build);
    return { outcome: 'none', model: { id: stackIdOf(service), resources: [] }, why: ownership.why };
  } catch (error) {
    if (error instanceof Refusal) return { outcome: 'refused', problems: [serviceProblem(service, error.code, error.message)] };
    throw error;
  }
}

function buildOwned(build: ServiceBuild): ServiceModel {
  const scheme = buildScheme(build);
  const ipAddressType = build.read('ipAddressType') ?? 'ipv4';
  const subnets = buildSubnets(build, { scheme, ipAddressType });
  const place = { scheme, ipAddressType, subnets };
  const loadBalancer = buildLoadBalancer(build, place);
  const listeners = buildListeners(build, { ...place, groups: loadBalancer.groups });
  return {
    outcome: 'load-balancer',
    model: { id: stackIdOf(build.service), resources: resourcesOf(loadBalancer, listeners) },
    backendGroupNeeded: loadBalancer.groups.backendGroupNeeded,
    problems: serviceWarnings(build),
  };
}

/** In the order in which they are made. */
function resourcesOf({ spec, groups }: LoadBalancerParts, { listeners, targetGroups }: ListenerParts): Resource[] {
  return [
    ...(groups.managed ? [{ id: MANAGED_GROUP_ID, type: 'security-group', spec: groups.managed } as const] : []),
    ...targetGroups.map(({ name, spec: targetGroup }): Resource => ({ id: `target-group/${name}`, type: 'target-group', spec: targetGroup })),
    { id: 'load-balancer/LoadBalancer', type: 'load-balancer', spec },
    ...listeners.map((listener): Resource => ({ id: `listener/${listener.port}`, type: 'listener', spec: listener })),
    ...targetGroups.map(({ name, binding }): Resource => ({ id: `target-group-binding/${name}`, type: 'target-group-binding', spec: binding })),
  ];
}
