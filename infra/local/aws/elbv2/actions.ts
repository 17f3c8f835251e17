import type { Action, ForwardActionConfig, TargetGroupTuple } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Call } from '../operation';
import { AwsError } from '../operation';
import { checkedAuthentication } from './authentication';
import { findTargetGroup, usesOfTargetGroups } from './lookup';
import { assertInRange, assertOneOf, validationError } from './refusals';
import type { Elbv2, LoadBalancerRecord, TargetGroupRecord } from './state';

/** Where actions stand: on which load balancer, behind which protocol. */
export interface ActionPlace {
  readonly balancer: LoadBalancerRecord;
  readonly protocol: string;
}

/**
 * Checks the actions of a listener or rule and answers them as AWS shows them: in their order, defaults filled in, secrets left out.
 * AWS: "Action", "CreateListener", "CreateRule".
 */
export function checkedActions(elbv2: Elbv2, call: Call, given: readonly Action[] | undefined, place: ActionPlace): Action[] {
  const actions = given ?? [];
  if (actions.length === 0) throw validationError('At least one action must be specified');
  const ordered = inOrder(actions);
  const isFinal = ({ Type }: Action) => Type === 'forward' || Type === 'redirect' || Type === 'fixed-response';
  if (ordered.filter(isFinal).length !== 1 || !isFinal(ordered.at(-1) ?? actions[0]!)) throw new AwsError('InvalidLoadBalancerAction', 'The last action, and only the last, must be forward, redirect or fixed-response');
  return ordered.map((action) => checkedAction(elbv2, call, action, place));
}

function inOrder(actions: readonly Action[]): Action[] {
  const orders = actions.map(({ Order }) => Order).filter((order) => order !== undefined);
  for (const order of orders) assertInRange(order, { min: 1, max: 50_000 }, 'Order');
  if (actions.length > 1 && orders.length < actions.length) throw validationError("'Order' is required for every one of several actions");
  if (new Set(orders).size < orders.length) throw validationError('The orders of actions must be unique');
  return actions.toSorted((a, b) => (a.Order ?? 0) - (b.Order ?? 0));
}

function checkedAction(elbv2: Elbv2, call: Call, action: Action, place: ActionPlace): Action {
  const { Type: type = 'forward' as const, Order } = action;
  assertOneOf(type, ['forward', 'authenticate-oidc', 'authenticate-cognito', 'redirect', 'fixed-response', 'jwt-validation'], 'type');
  if (place.balancer.type === 'network' && type !== 'forward') throw new AwsError('InvalidLoadBalancerAction', `Actions of type '${type}' are not supported by Network Load Balancers`);
  const order = { ...(Order !== undefined && { Order }) };
  if (type === 'forward') return { Type: type, ...order, ...checkedForward(elbv2, call, action, place) };
  if (type === 'redirect') return { Type: type, ...order, RedirectConfig: checkedRedirect(action) };
  if (type === 'fixed-response') return { Type: type, ...order, FixedResponseConfig: checkedFixedResponse(action) };
  if (place.protocol !== 'HTTPS') throw new AwsError('InvalidLoadBalancerAction', `Actions of type '${type}' are supported only by HTTPS listeners`);
  return { Type: type, ...order, ...checkedAuthentication(action) };
}

function checkedForward(elbv2: Elbv2, call: Call, action: Action, place: ActionPlace): Pick<Action, 'TargetGroupArn' | 'ForwardConfig'> {
  const tuples = tuplesOf(action);
  const max = elbv2.quotas[place.balancer.type === 'network' ? 'target-groups-per-action-on-network-load-balancer' : 'target-groups-per-action-on-application-load-balancer'];
  if (tuples.length > max) throw validationError(`An action can have at most ${max} target groups`);
  const uses = usesOfTargetGroups(elbv2.state);
  const shownTuples = tuples.map(({ TargetGroupArn: arn = '', Weight }): TargetGroupTuple => {
    assertInRange(Weight, { min: 0, max: 999 }, 'Weight');
    const group = findTargetGroup(elbv2.state, call, arn);
    assertFits(group, place);
    const others = [...(uses.get(arn)?.keys() ?? [])].filter((balancer) => balancer !== place.balancer.arn);
    if (others.length > 0) throw new AwsError('TargetGroupAssociationLimit', `The following target groups cannot be associated with more than one load balancer: ${arn}`);
    return { TargetGroupArn: arn, Weight: Weight ?? 1 };
  });
  const single = shownTuples.length === 1 ? shownTuples[0]?.TargetGroupArn : undefined;
  return { ...(single !== undefined && { TargetGroupArn: single }), ForwardConfig: { TargetGroups: shownTuples, TargetGroupStickinessConfig: stickinessOf(action.ForwardConfig, place) } };
}

function tuplesOf({ TargetGroupArn, ForwardConfig }: Action): TargetGroupTuple[] {
  const tuples = ForwardConfig?.TargetGroups ?? [];
  if (tuples.length === 0 && TargetGroupArn === undefined) throw validationError('A target group must be specified for an action of type forward');
  if (TargetGroupArn === undefined) return tuples;
  const agrees = tuples.length === 0 || (tuples.length === 1 && tuples[0]?.TargetGroupArn === TargetGroupArn);
  if (!agrees) throw validationError('If both TargetGroupArn and ForwardConfig are specified, they must name the same target group');
  return tuples.length === 0 ? [{ TargetGroupArn }] : tuples;
}

function stickinessOf(config: ForwardActionConfig | undefined, { balancer }: ActionPlace): NonNullable<ForwardActionConfig['TargetGroupStickinessConfig']> {
  const { Enabled = false, DurationSeconds } = config?.TargetGroupStickinessConfig ?? {};
  assertInRange(DurationSeconds, { min: 1, max: 604_800 }, 'DurationSeconds');
  if (Enabled && DurationSeconds === undefined && balancer.type === 'application') throw validationError('DurationSeconds is required when target group stickiness is enabled');
  return { Enabled, ...(DurationSeconds !== undefined && { DurationSeconds }) };
}

/** AWS: "Listener configuration" of the guides for both types: which target group protocols go behind which listener. */
const protocolsBehind: Readonly<Record<string, readonly string[]>> = {
  TCP: ['TCP', 'TCP_UDP', 'TCP_QUIC'],
  TLS: ['TCP', 'TLS'],
  UDP: ['UDP', 'TCP_UDP'],
  TCP_UDP: ['TCP_UDP'],
  QUIC: ['QUIC', 'TCP_QUIC'],
  TCP_QUIC: ['TCP_QUIC'],
  HTTP: ['HTTP', 'HTTPS'],
  HTTPS: ['HTTP', 'HTTPS'],
};

function assertFits(group: TargetGroupRecord, { balancer, protocol }: ActionPlace): void {
  const isLambda = group.targetType === 'lambda';
  const fits = isLambda ? balancer.type === 'application' : protocolsBehind[protocol]?.includes(group.protocol ?? '') === true;
  if (!fits) throw new AwsError('IncompatibleProtocols', `The listener protocol ${protocol} is not compatible with the target group protocol ${group.protocol ?? group.targetType}`);
  if (!isLambda && group.vpcId !== balancer.vpcId) throw new AwsError('InvalidConfigurationRequest', `Target group '${group.arn}' and load balancer '${balancer.arn}' must be in the same VPC`);
  const needsDualStack = group.ipAddressType === 'ipv6' && balancer.ipAddressType === 'ipv4';
  if (needsDualStack) throw new AwsError('InvalidConfigurationRequest', `Target group '${group.arn}' has IPv6 targets, which need a dual-stack load balancer`);
}

function checkedRedirect({ RedirectConfig: config }: Action): NonNullable<Action['RedirectConfig']> {
  if (config === undefined) throw validationError('RedirectConfig is required for an action of type redirect');
  assertOneOf(config.StatusCode ?? '', ['HTTP_301', 'HTTP_302'], 'statusCode');
  const redirect = { Protocol: '#{protocol}', Port: '#{port}', Host: '#{host}', Path: '/#{path}', Query: '#{query}', ...defined(config) };
  assertOneOf(redirect.Protocol, ['HTTP', 'HTTPS', '#{protocol}'], 'protocol');
  if (redirect.Port !== '#{port}') assertInRange(Number(redirect.Port), { min: 1, max: 65_535 }, 'Port');
  if (!redirect.Path.startsWith('/')) throw validationError("The path of a redirect must begin with '/'");
  for (const [what, value] of Object.entries({ Host: redirect.Host, Path: redirect.Path, Query: redirect.Query })) if (value.length > 128) throw validationError(`${what} of a redirect can have at most 128 characters`);
  const { Protocol, Port, Host, Path } = redirect;
  if (Protocol === '#{protocol}' && Port === '#{port}' && Host === '#{host}' && Path === '/#{path}') throw new AwsError('InvalidLoadBalancerAction', 'A redirect must change the protocol, port, host or path: this one loops');
  return { ...redirect, StatusCode: config.StatusCode };
}

/** Members that are set: those that are not must not hide a default. */
function defined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> };
}

function checkedFixedResponse({ FixedResponseConfig: config }: Action): NonNullable<Action['FixedResponseConfig']> {
  if (config === undefined) throw validationError('FixedResponseConfig is required for an action of type fixed-response');
  if (!/^[245]\d\d$/.test(config.StatusCode ?? '')) throw validationError(`The status code '${config.StatusCode ?? ''}' of a fixed response must be 2XX, 4XX or 5XX`);
  if (config.ContentType !== undefined) assertOneOf(config.ContentType, ['text/plain', 'text/css', 'text/html', 'application/javascript', 'application/json'], 'contentType');
  if ((config.MessageBody ?? '').length > 1024) throw validationError('The message body of a fixed response can have at most 1024 characters');
  return config;
}

/** The target groups that actions forward to. */
export function forwardedTo(actions: readonly Action[]): string[] {
  return actions.flatMap(({ ForwardConfig }) => (ForwardConfig?.TargetGroups ?? []).map(({ TargetGroupArn = '' }) => TargetGroupArn));
}

/** Since when actions forward to each target group: those that stay keep their time. */
export function forwardsSince(actions: readonly Action[], now: number, present: Readonly<Record<string, number>> = {}): Record<string, number> {
  return Object.fromEntries(forwardedTo(actions).map((arn) => [arn, present[arn] ?? now]));
}

/** An Application Load Balancer has at most 100 target groups over all its listeners and rules. */
export function assertTargetGroupCount({ state, quotas }: Elbv2, balancer: LoadBalancerRecord): void {
  if (balancer.type !== 'application') return;
  const groups = [...usesOfTargetGroups(state).values()].filter((users) => users.has(balancer.arn)).length;
  const max = quotas['target-groups-per-application-load-balancer'];
  if (groups > max) throw new AwsError('TooManyUniqueTargetGroupsPerLoadBalancer', `The maximum number of target groups of an Application Load Balancer is ${max}`);
}
