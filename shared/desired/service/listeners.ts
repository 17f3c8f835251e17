import type { Action, ListenerSpec, TargetGroupTuple } from '../../model/model';
import { refuse } from '../refusal';
import { buildListenerPort, groupPorts, readListenerProtocols } from './listener-ports';
import type { ListenerPort, ListenerProtocols } from './listener-ports';
import { sortedAttributes } from './load-balancer-attributes';
import type { ServiceBuild } from './service-request';
import { buildTags } from './tags';
import { buildTargetGroup, targetGroupName } from './target-group';
import type { Frontend, TargetGroupParts, TargetGroupWish } from './target-group';
import { readForwardAction, servicesOf } from './weighted-actions';
import type { ForwardTarget } from './weighted-actions';
import { extraServices, findExtraPort } from './extra-services';

export interface ListenerParts {
  readonly listeners: readonly ListenerSpec[];
  readonly targetGroups: readonly TargetGroupParts[];
}

/** Builds each target group once: the first listener that needs it decides about it. */
interface Workshop {
  readonly build: ServiceBuild;
  readonly frontend: Frontend;
  readonly targetGroups: Map<string, TargetGroupParts>;
}

/** All listeners with the target groups behind them. Of two listeners with one port the first stays (LBC's behaviour §1.6). */
export function buildListeners(build: ServiceBuild, frontend: Frontend): ListenerParts {
  // Whether ports can be merged is looked at first, for all of them.
  const groups = groupPorts(build);
  const protocols = readListenerProtocols(build);
  const workshop: Workshop = { build, frontend, targetGroups: new Map() };
  const listeners = new Map<number, ListenerSpec>();
  for (const group of groups) {
    const listenerPort = buildListenerPort(group, protocols);
    const listener = buildListener(workshop, listenerPort, protocols);
    if (listeners.has(listener.port)) continue;
    requireFittingProtocols(listener, workshop.targetGroups);
    listeners.set(listener.port, listener);
  }
  return { listeners: [...listeners.values()], targetGroups: [...workshop.targetGroups.values()] };
}

function buildListener(workshop: Workshop, listenerPort: ListenerPort, protocols: ListenerProtocols): ListenerSpec {
  const { read, settings } = workshop.build;
  const { listenerProtocol: protocol, port } = listenerPort;
  const tags = buildTags(workshop.build);
  const defaultActions = [buildDefaultAction(workshop, listenerPort)];
  const isTls = protocol === 'TLS';
  const alpnPolicy = isTls ? read('alpnPolicy') : undefined;
  const listenerAttributes = sortedAttributes(read('listenerAttributes', `${protocol}-${port.port}`) ?? new Map<string, string>());
  return {
    loadBalancerARN: { ref: 'load-balancer/LoadBalancer', attribute: 'arn' },
    port: port.port,
    protocol,
    defaultActions,
    ...(isTls && { certificates: protocols.certificates.map((certificateARN) => ({ certificateARN })), sslPolicy: read('tlsPolicy') ?? settings.defaultSslPolicy }),
    ...(alpnPolicy && { alpnPolicy: [alpnPolicy] }),
    ...(listenerAttributes.length > 0 && { listenerAttributes }),
    ...tags,
  };
}

function buildDefaultAction(workshop: Workshop, listenerPort: ListenerPort): Action {
  const { build } = workshop;
  const { port, listenerProtocol, targetGroupProtocol } = listenerPort;
  const action = readForwardAction(build, { protocol: listenerProtocol, port: port.port });
  const services = extraServices(build, servicesOf(action));
  const base = targetGroup(workshop, { service: build.service, port, protocol: targetGroupProtocol, isExtra: false });
  if (action === undefined) return { type: 'forward', forwardConfig: { targetGroups: [base] } };
  const others = action.targets.map((target) => forwardTuple(workshop, { target, services, listenerProtocol }));
  return {
    type: 'forward',
    forwardConfig: {
      targetGroups: [weighted(base, action.baseServiceWeight), ...others],
      ...(action.stickiness && { targetGroupStickinessConfig: action.stickiness }),
    },
  };
}

function forwardTuple(workshop: Workshop, forward: { target: ForwardTarget; services: ReturnType<typeof extraServices>; listenerProtocol: string }): TargetGroupTuple {
  const { target, services, listenerProtocol } = forward;
  if ('arn' in target) return weighted({ targetGroupARN: target.arn }, target.weight);
  const { service, port } = findExtraPort(services, target);
  const protocol = listenerProtocol === 'TLS' && target.decrypt ? 'TCP' : listenerProtocol;
  return weighted(targetGroup(workshop, { service, port, protocol, isExtra: true }), target.weight);
}

function targetGroup({ build, frontend, targetGroups }: Workshop, wish: TargetGroupWish): TargetGroupTuple {
  const name = targetGroupName(wish);
  const parts = targetGroups.get(name) ?? buildTargetGroup(build, frontend, wish);
  targetGroups.set(name, parts);
  return { targetGroupARN: { ref: `target-group/${name}`, attribute: 'arn' } };
}

function weighted(tuple: TargetGroupTuple, weight: number | undefined): TargetGroupTuple {
  return weight === undefined ? tuple : { ...tuple, weight };
}

/** Which protocols a target group may have behind a listener (AWS: Listeners for your Network Load Balancers). Protocols that are not listed are left to AWS. */
const FITTING: Readonly<Record<string, readonly string[]>> = {
  TCP: ['TCP', 'TCP_UDP'],
  TLS: ['TCP', 'TLS'],
  UDP: ['UDP', 'TCP_UDP'],
  TCP_UDP: ['TCP_UDP'],
  QUIC: ['QUIC', 'TCP_QUIC'],
  TCP_QUIC: ['TCP_QUIC'],
};

/** Several listeners can name one port of one Service; AWS refuses some of the combinations, half-way through. */
function requireFittingProtocols(listener: ListenerSpec, targetGroups: ReadonlyMap<string, TargetGroupParts>): void {
  const fitting = FITTING[listener.protocol];
  for (const { targetGroupARN } of listener.defaultActions.flatMap(({ forwardConfig }) => forwardConfig?.targetGroups ?? [])) {
    if (typeof targetGroupARN === 'string' || fitting === undefined) continue;
    const group = targetGroups.get(targetGroupARN.ref.slice('target-group/'.length));
    if (group === undefined || fitting.includes(group.spec.protocol)) continue;
    refuse('SharedTargetGroupProtocol', `the listener ${listener.protocol} ${listener.port} shares the target group of ${group.name} with another listener that made it ${group.spec.protocol}, and AWS takes only ${fitting.join(' or ')} there; name another port of that Service for one of them, or set "decrypt": true for a TLS listener`);
  }
}
