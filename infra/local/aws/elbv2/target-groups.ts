import type {
  CreateTargetGroupInput,
  CreateTargetGroupOutput,
  DeleteTargetGroupInput,
  DeleteTargetGroupOutput,
  DescribeTargetGroupsInput,
  DescribeTargetGroupsOutput,
  ModifyTargetGroupInput,
  ModifyTargetGroupOutput,
  TargetGroup,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Call, Operations } from '../operation';
import { AwsError } from '../operation';
import { healthCheckOf } from './health-check';
import { findLoadBalancer, findTargetGroup, usesOfTargetGroups } from './lookup';
import { arnPrefix, hash, isIn } from './names';
import { page } from './paging';
import { assertArn, assertInRange, assertName, assertOneOf, validationError } from './refusals';
import type { Elbv2, TargetGroupRecord, TargetType } from './state';
import { checkedTags } from './tags';

/** Create, modify, describe and delete target groups. */
export function targetGroupOperations(elbv2: Elbv2): Operations {
  const { state, quotas, world } = elbv2;
  const create = (input: CreateTargetGroupInput, call: Call): CreateTargetGroupOutput => {
    const draft = draftOf(elbv2, call, input);
    const present = state.targetGroups.values().filter(({ arn }) => isIn(call, arn));
    if (present.some(({ name }) => name === draft.name)) throw new AwsError('DuplicateTargetGroupName', `A target group with the name '${draft.name}' exists`);
    if (present.length >= quotas['target-groups']) throw new AwsError('TooManyTargetGroups', `The maximum number of target groups is ${quotas['target-groups']}`);
    const record = { ...draft, arn: `${arnPrefix(call)}targetgroup/${draft.name}/${hash(world.random)}` };
    state.targetGroups.set(record.arn, record);
    return { TargetGroups: [shownTargetGroup(record, [])] };
  };
  const modify = (input: ModifyTargetGroupInput, call: Call): ModifyTargetGroupOutput => {
    const record = findTargetGroup(state, call, input.TargetGroupArn ?? '');
    const changed = { ...record, healthCheck: healthCheckOf(record, input, record.healthCheck) };
    state.targetGroups.set(record.arn, changed);
    return { TargetGroups: [shownTargetGroup(changed, loadBalancersOf(elbv2, record.arn))] };
  };
  const describe = (input: DescribeTargetGroupsInput, call: Call): DescribeTargetGroupsOutput => {
    const uses = usesOfTargetGroups(state);
    const { items, ...next } = page(selected(elbv2, call, input), input, ({ arn }) => arn);
    return { TargetGroups: items.map((record) => shownTargetGroup(record, [...(uses.get(record.arn)?.keys() ?? [])])), ...next };
  };
  const remove = (input: DeleteTargetGroupInput, call: Call): DeleteTargetGroupOutput => {
    const arn = input.TargetGroupArn ?? '';
    assertArn(arn, 'targetgroup');
    if (!isIn(call, arn)) return {};
    if (usesOfTargetGroups(state).has(arn)) throw new AwsError('ResourceInUse', `Target group '${arn}' is currently in use by a listener or a rule`);
    for (const [id, target] of state.targets.entries()) if (target.targetGroupArn === arn) state.targets.delete(id);
    state.targetGroups.delete(arn);
    return {};
  };
  return { CreateTargetGroup: create, ModifyTargetGroup: modify, DescribeTargetGroups: describe, DeleteTargetGroup: remove };
}

type Draft = Omit<TargetGroupRecord, 'arn'>;

function draftOf(elbv2: Elbv2, call: Call, input: CreateTargetGroupInput): Draft {
  const { Name: name = '', TargetType: targetType = 'instance', IpAddressType: ipAddressType = 'ipv4' } = input;
  assertName(name, 'Target group');
  assertOneOf(targetType, ['instance', 'ip', 'lambda', 'alb'], 'targetType');
  assertOneOf(ipAddressType, ['ipv4', 'ipv6'], 'ipAddressType');
  const destination = targetType === 'lambda' ? refuseDestination(input) : destinationOf(elbv2, call, { input, targetType });
  return {
    name,
    targetType,
    ipAddressType,
    ...destination,
    ...(input.TargetControlPort !== undefined && { targetControlPort: controlPort(input.TargetControlPort, destination.protocol) }),
    healthCheck: healthCheckOf({ targetType, ...destination }, input),
    attributes: {},
    tags: checkedTags(input.Tags, elbv2),
  };
}

type Destination = Pick<Draft, 'protocol' | 'protocolVersion' | 'port' | 'vpcId'>;

function refuseDestination({ Protocol, Port, VpcId, ProtocolVersion }: CreateTargetGroupInput): Destination {
  if ([Protocol, Port, VpcId, ProtocolVersion].some((value) => value !== undefined)) throw validationError('Protocol, port and VPC cannot be specified for the target type lambda');
  return {};
}

function destinationOf({ network }: Elbv2, call: Call, { input, targetType }: { input: CreateTargetGroupInput; targetType: TargetType }): Destination {
  const { Protocol: protocol, Port: port, VpcId: vpcId, ProtocolVersion: version } = input;
  if (protocol === undefined) throw validationError('A protocol must be specified');
  assertOneOf(protocol, ['HTTP', 'HTTPS', 'TCP', 'TLS', 'UDP', 'TCP_UDP', 'GENEVE', 'QUIC', 'TCP_QUIC'], 'protocol');
  if (protocol === 'GENEVE') throw new AwsError('NotImplemented', 'The local AWS does not implement Gateway Load Balancers');
  if (targetType === 'alb' && protocol !== 'TCP') throw validationError('The target type alb supports only the protocol TCP');
  if (port === undefined) throw validationError('A port must be specified');
  assertInRange(port, { min: 1, max: 65_535 }, 'Port');
  if (vpcId === undefined || vpcId === '') throw validationError('A VPC ID must be specified');
  if (network.vpc(call, vpcId) === undefined) throw validationError(`The VPC ID '${vpcId}' is not found`);
  const isHttp = protocol === 'HTTP' || protocol === 'HTTPS';
  if (version !== undefined && !isHttp) throw validationError('A protocol version can be specified only for HTTP and HTTPS target groups');
  if (version !== undefined) assertOneOf(version, ['HTTP1', 'HTTP2', 'GRPC'], 'protocolVersion');
  return { protocol, port, vpcId, ...(isHttp && { protocolVersion: version ?? 'HTTP1' }) };
}

function controlPort(port: number, protocol: string | undefined): number {
  assertInRange(port, { min: 1, max: 65_535 }, 'TargetControlPort');
  if (protocol !== 'HTTP' && protocol !== 'HTTPS') throw new AwsError('InvalidConfigurationRequest', 'A target control port can be specified only for HTTP and HTTPS target groups');
  return port;
}

function loadBalancersOf({ state }: Elbv2, targetGroupArn: string): string[] {
  return [...(usesOfTargetGroups(state).get(targetGroupArn)?.keys() ?? [])];
}

function selected({ state }: Elbv2, call: Call, { LoadBalancerArn, TargetGroupArns: arns, Names: names }: DescribeTargetGroupsInput): TargetGroupRecord[] {
  const given = [LoadBalancerArn, arns?.[0], names?.[0]].filter((value) => value !== undefined);
  if (given.length > 1) throw validationError('Specify only one of load balancer ARN, target group ARNs and target group names');
  if (arns !== undefined && arns.length > 0) return [...new Set(arns)].map((arn) => findTargetGroup(state, call, arn));
  const visible = state.targetGroups.values().filter(({ arn }) => isIn(call, arn));
  if (LoadBalancerArn !== undefined) {
    const { arn } = findLoadBalancer(state, call, LoadBalancerArn);
    const uses = usesOfTargetGroups(state);
    return visible.filter((group) => uses.get(group.arn)?.has(arn) === true);
  }
  if (names === undefined || names.length === 0) return visible;
  return [...new Set(names)].map((wanted) => {
    const found = visible.find(({ name }) => name === wanted);
    if (found === undefined) throw new AwsError('TargetGroupNotFound', `One or more target groups not found: ${wanted}`);
    return found;
  });
}

function shownTargetGroup(record: TargetGroupRecord, loadBalancerArns: string[]): TargetGroup {
  const { healthCheck: check } = record;
  const matcher = check.grpcCode !== undefined ? { GrpcCode: check.grpcCode } : check.httpCode === undefined ? undefined : { HttpCode: check.httpCode };
  return {
    TargetGroupArn: record.arn,
    TargetGroupName: record.name,
    Protocol: record.protocol as TargetGroup['Protocol'],
    Port: record.port,
    VpcId: record.vpcId,
    HealthCheckProtocol: check.protocol as TargetGroup['HealthCheckProtocol'],
    HealthCheckPort: check.port,
    HealthCheckEnabled: check.enabled,
    HealthCheckIntervalSeconds: check.intervalSeconds,
    HealthCheckTimeoutSeconds: check.timeoutSeconds,
    HealthyThresholdCount: check.healthyThreshold,
    UnhealthyThresholdCount: check.unhealthyThreshold,
    HealthCheckPath: check.path,
    Matcher: matcher,
    LoadBalancerArns: loadBalancerArns,
    TargetType: record.targetType,
    ProtocolVersion: record.protocolVersion,
    IpAddressType: record.ipAddressType,
    TargetControlPort: record.targetControlPort,
  };
}
