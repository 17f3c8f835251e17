import type {
  CreateListenerInput,
  CreateListenerOutput,
  DeleteListenerInput,
  DeleteListenerOutput,
  DescribeListenersInput,
  DescribeListenersOutput,
  Listener,
  ModifyListenerInput,
  ModifyListenerOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Call, Operations } from '../operation';
import { AwsError } from '../operation';
import { assertTargetGroupCount, checkedActions, forwardsSince } from './actions';
import { findListener, findLoadBalancer } from './lookup';
import { arnPrefix, hash, pathOf } from './names';
import { page } from './paging';
import { assertInRange, assertOneOf, validationError } from './refusals';
import { checkedSecurity } from './secure-listeners';
import type { Elbv2, ListenerRecord, LoadBalancerRecord } from './state';
import { checkedTags } from './tags';

/** Create, modify, describe and delete listeners. */
export function listenerOperations(elbv2: Elbv2): Operations {
  const { state } = elbv2;
  const describe = (input: DescribeListenersInput, call: Call): DescribeListenersOutput => {
    const { items, ...next } = page(selected(elbv2, call, input), input, ({ arn }) => arn);
    return { Listeners: items.map(shownListener), ...next };
  };
  const remove = (input: DeleteListenerInput, call: Call): DeleteListenerOutput => {
    const { arn } = findListener(state, call, input.ListenerArn ?? '');
    for (const rule of state.rules.values()) if (rule.listenerArn === arn) state.rules.delete(rule.arn);
    state.listeners.delete(arn);
    return {};
  };
  return {
    CreateListener: (input: CreateListenerInput, call: Call): CreateListenerOutput => ({ Listeners: [shownListener(create(elbv2, call, input))] }),
    ModifyListener: (input: ModifyListenerInput, call: Call): ModifyListenerOutput => ({ Listeners: [shownListener(modify(elbv2, call, input))] }),
    DescribeListeners: describe,
    DeleteListener: remove,
  };
}

function create(elbv2: Elbv2, call: Call, input: CreateListenerInput): ListenerRecord {
  const { state, quotas, world } = elbv2;
  const balancer = findLoadBalancer(state, call, input.LoadBalancerArn ?? '');
  const { Port: port, Protocol: protocol } = input;
  if (port === undefined || protocol === undefined) throw validationError('A port and a protocol must be specified');
  assertProtocol(balancer, { port, protocol });
  const present = listenersOf(elbv2, balancer.arn);
  assertPortIsFree(balancer, present, port);
  const max = quotas[balancer.type === 'network' ? 'listeners-per-network-load-balancer' : 'listeners-per-application-load-balancer'];
  if (present.length >= max) throw new AwsError('TooManyListeners', `The maximum number of listeners of a load balancer is ${max}`);
  const defaultActions = checkedActions(elbv2, call, input.DefaultActions, { balancer, protocol });
  const path = `${pathOf(balancer.arn)}/${hash(world.random)}`;
  const record: ListenerRecord = {
    arn: `${arnPrefix(call)}listener/${path}`,
    loadBalancerArn: balancer.arn,
    port,
    protocol,
    ...checkedSecurity(elbv2, call, { protocol, input }),
    extraCertificates: [],
    defaultActions,
    attributes: {},
    tags: checkedTags(input.Tags, elbv2),
    forwardsSince: forwardsSince(defaultActions, call.now),
  };
  const rule = { arn: `${arnPrefix(call)}listener-rule/${path}/${hash(world.random)}`, listenerArn: record.arn, loadBalancerArn: balancer.arn, priority: 'default', conditions: [], actions: [], transforms: [], tags: [], forwardsSince: {} } as const;
  state.listeners.set(record.arn, record);
  state.rules.set(rule.arn, rule);
  assertTargetGroupCount(elbv2, balancer);
  return record;
}

function assertProtocol(balancer: LoadBalancerRecord, { port, protocol }: { port: number; protocol: string }): void {
  assertInRange(port, { min: 1, max: 65_535 }, 'Port');
  assertOneOf(protocol, ['HTTP', 'HTTPS', 'TCP', 'TLS', 'UDP', 'TCP_UDP', 'GENEVE', 'QUIC', 'TCP_QUIC'], 'protocol');
  const { type } = balancer;
  const supported = type === 'network' ? ['TCP', 'TLS', 'UDP', 'TCP_UDP', 'QUIC', 'TCP_QUIC'] : ['HTTP', 'HTTPS'];
  if (!supported.includes(protocol)) throw new AwsError('UnsupportedProtocol', `The protocol ${protocol} is not supported by ${type} load balancers`);
  assertSourceNat(balancer, protocol);
}

/** AWS: UDP over a dual-stack load balancer needs a prefix for source NAT. */
export function assertSourceNat({ type, ipAddressType, sourceNat }: LoadBalancerRecord, protocol: string): void {
  const isDatagram = protocol !== 'TCP' && protocol !== 'TLS';
  const lacksPrefix = type === 'network' && isDatagram && ipAddressType === 'dualstack' && sourceNat === 'off';
  if (lacksPrefix) throw new AwsError('InvalidConfigurationRequest', `${protocol} listeners of a dual-stack load balancer need EnablePrefixForIpv6SourceNat to be on`);
}

function assertPortIsFree(balancer: LoadBalancerRecord, present: readonly ListenerRecord[], port: number): void {
  if (present.some((listener) => listener.port === port)) throw new AwsError('DuplicateListener', `A listener already exists on port ${port} of load balancer '${balancer.arn}'`);
}

function modify(elbv2: Elbv2, call: Call, input: ModifyListenerInput): ListenerRecord {
  const { state } = elbv2;
  const present = findListener(state, call, input.ListenerArn ?? '');
  const balancer = findLoadBalancer(state, call, present.loadBalancerArn);
  const port = input.Port ?? present.port;
  const protocol = input.Protocol ?? present.protocol;
  if (protocol !== present.protocol || port !== present.port) assertProtocol(balancer, { port, protocol });
  assertPortIsFree(balancer, listenersOf(elbv2, balancer.arn).filter(({ arn }) => arn !== present.arn), port);
  // Actions that stay must fit a new protocol too.
  const actions = input.DefaultActions === undefined && protocol === present.protocol ? present.defaultActions : checkedActions(elbv2, call, input.DefaultActions ?? present.defaultActions, { balancer, protocol });
  const { sslPolicy: _policy, defaultCertificate: _certificate, alpnPolicy: _alpn, mutualAuthentication: _mutual, ...plain } = present;
  const isSecure = protocol === 'HTTPS' || protocol === 'TLS';
  const changed: ListenerRecord = {
    ...plain,
    port,
    protocol,
    ...checkedSecurity(elbv2, call, { protocol, input, present }),
    extraCertificates: isSecure ? present.extraCertificates : [],
    defaultActions: actions,
    attributes: protocol === present.protocol ? present.attributes : {},
    forwardsSince: forwardsSince(actions, call.now, present.forwardsSince),
  };
  state.listeners.set(changed.arn, changed);
  assertTargetGroupCount(elbv2, balancer);
  return changed;
}

function listenersOf({ state }: Elbv2, loadBalancerArn: string): ListenerRecord[] {
  return state.listeners.values().filter((listener) => listener.loadBalancerArn === loadBalancerArn);
}

function selected(elbv2: Elbv2, call: Call, { LoadBalancerArn, ListenerArns: arns = [] }: DescribeListenersInput): ListenerRecord[] {
  if (LoadBalancerArn !== undefined && arns.length > 0) throw validationError('A load balancer ARN and listener ARNs cannot be specified at the same time');
  if (arns.length > 0) return [...new Set(arns)].map((arn) => findListener(elbv2.state, call, arn));
  if (LoadBalancerArn === undefined) throw validationError('You must specify either listener ARNs or a load balancer ARN');
  return listenersOf(elbv2, findLoadBalancer(elbv2.state, call, LoadBalancerArn).arn);
}

/** What Describe calls show: only secure listeners have a policy, only TLS ones an ALPN policy. */
function shownListener(record: ListenerRecord): Listener {
  return {
    ListenerArn: record.arn,
    LoadBalancerArn: record.loadBalancerArn,
    Port: record.port,
    Protocol: record.protocol as Listener['Protocol'],
    Certificates: record.defaultCertificate === undefined ? undefined : [{ CertificateArn: record.defaultCertificate }],
    SslPolicy: record.sslPolicy,
    DefaultActions: [...record.defaultActions],
    AlpnPolicy: record.alpnPolicy === undefined ? undefined : [...record.alpnPolicy],
    MutualAuthentication: record.mutualAuthentication,
  };
}
