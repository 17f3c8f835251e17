import type { DeregisterTargetsInput, DeregisterTargetsOutput, RegisterTargetsInput, RegisterTargetsOutput, TargetDescription } from '@aws-sdk/client-elastic-load-balancing-v2';
import ipaddr from 'ipaddr.js';
import type { Call, Operations } from '../operation';
import { AwsError } from '../operation';
import { targetGroupAttributes } from './attribute-table';
import { findTargetGroup } from './lookup';
import { isIn } from './names';
import { assertInRange, validationError } from './refusals';
import type { Elbv2, TargetGroupRecord, TargetRecord } from './state';
import { isInside } from './zones';

/** Register and deregister targets. Targets are told apart by id, port and zone; all of a call's are checked before any is taken. */
export function targetOperations(elbv2: Elbv2): Operations {
  const { state, world } = elbv2;
  const register = (input: RegisterTargetsInput, call: Call): RegisterTargetsOutput => {
    const group = findTargetGroup(state, call, input.TargetGroupArn ?? '');
    const targets = readTargets(group, input.Targets).map((target) => registration(elbv2, call, { group, target }));
    forgetGone(elbv2, group, call.now);
    const added = targets.filter((target) => !isRegistered(state.targets.get(keyOf(target))));
    assertRoom(elbv2, group, added.length);
    // What is registered already keeps its time and health; what drains starts anew.
    for (const target of added) {
      state.targets.delete(keyOf(target));
      state.targets.set(keyOf(target), target);
    }
    return {};
  };
  const deregister = (input: DeregisterTargetsInput, call: Call): DeregisterTargetsOutput => {
    const group = findTargetGroup(state, call, input.TargetGroupArn ?? '');
    const wanted = readTargets(group, input.Targets);
    for (const target of registeredTargets(elbv2, group, call.now).filter((each) => wanted.some((description) => isMeant(each, description, group)))) {
      if (target.goneAt === undefined) state.targets.set(keyOf(target), { ...target, goneAt: call.now + drainingMs(group) * world.factor });
    }
    forgetGone(elbv2, group, call.now);
    return {};
  };
  return { RegisterTargets: register, DeregisterTargets: deregister };
}

/** The targets of a group that exist at a time, draining ones included. */
export function registeredTargets({ state }: Elbv2, group: TargetGroupRecord, now: number): TargetRecord[] {
  return state.targets.values().filter(({ targetGroupArn, goneAt }) => targetGroupArn === group.arn && (goneAt === undefined || now < goneAt));
}

/** Whether a description means a target: without a port the group's own, without a zone any. */
export function isMeant(target: TargetRecord, description: TargetDescription, group: TargetGroupRecord): boolean {
  const port = description.Port ?? group.port ?? 0;
  return target.id === description.Id && target.port === port && (description.AvailabilityZone === undefined || description.AvailabilityZone === target.zone);
}

function isRegistered(target: TargetRecord | undefined): boolean {
  return target !== undefined && target.goneAt === undefined;
}

function keyOf({ targetGroupArn, id, port, zone }: TargetRecord): string {
  return `${targetGroupArn}|${id}|${port}|${zone ?? ''}`;
}

function readTargets({ targetType }: TargetGroupRecord, targets: readonly TargetDescription[] | undefined): readonly TargetDescription[] {
  if (targets === undefined || targets.length === 0) throw validationError('At least one target must be specified');
  for (const { Id, Port } of targets) {
    if (targetType === 'lambda' && Port !== undefined) throw validationError('A port cannot be specified for the target type lambda');
    assertInRange(Port, { min: 1, max: 65_535 }, `Port of target '${Id ?? ''}'`);
  }
  return targets;
}

interface Registering {
  readonly group: TargetGroupRecord;
  readonly target: TargetDescription;
}

function registration(elbv2: Elbv2, call: Call, { group, target }: Registering): TargetRecord {
  const zone = checkedZone(elbv2, call, { group, target });
  assertQuicServerId(group, target);
  return {
    targetGroupArn: group.arn,
    id: target.Id ?? '',
    port: target.Port ?? group.port ?? 0,
    ...(zone !== undefined && { zone }),
    ...(target.QuicServerId !== undefined && { quicServerId: target.QuicServerId }),
    registeredAt: call.now,
  };
}

/** Checks that the target can be one of the group, and answers its zone. AWS: "RegisterTargets", "TargetDescription". */
function checkedZone(elbv2: Elbv2, call: Call, registering: Registering): string | undefined {
  const { group, target } = registering;
  if (group.targetType === 'ip') return addressZone(elbv2, call, registering);
  if (target.AvailabilityZone !== undefined && group.targetType !== 'lambda') throw validationError(`An Availability Zone cannot be specified for the target type ${group.targetType}`);
  if (group.targetType === 'instance') assertInstance(elbv2, call, registering);
  if (group.targetType === 'alb') assertLoadBalancer(elbv2, call, registering);
  if (group.targetType === 'lambda' && !/^arn:aws[a-z-]*:lambda:/.test(target.Id ?? '')) throw invalidTarget(`'${target.Id ?? ''}' is not a Lambda function`);
  return undefined;
}

function assertInstance({ network }: Elbv2, call: Call, { group, target: { Id: id = '' } }: Registering): void {
  const instance = network.instance(call, id);
  if (instance === undefined) throw invalidTarget(`The following targets are not valid: '${id}'`);
  if (instance.state !== 'running') throw invalidTarget(`The following targets are not in a running state and cannot be registered: '${id}'`);
  if (instance.vpcId !== group.vpcId) throw invalidTarget(`The following targets are not in the target group VPC '${group.vpcId ?? ''}': '${id}'`);
}

function assertLoadBalancer({ state }: Elbv2, call: Call, { group, target: { Id: id = '', Port: port } }: Registering): void {
  const balancer = isIn(call, id) ? state.loadBalancers.get(id) : undefined;
  if (balancer?.type !== 'application') throw invalidTarget(`'${id}' is not an Application Load Balancer`);
  if (balancer.vpcId !== group.vpcId) throw invalidTarget(`The Application Load Balancer '${id}' is not in VPC '${group.vpcId ?? ''}'`);
  if (call.now < balancer.activeAt) throw invalidTarget(`The Application Load Balancer '${id}' is not active`);
  const wanted = port ?? group.port;
  const hasListener = state.listeners.values().some((listener) => listener.loadBalancerArn === id && listener.port === wanted);
  if (!hasListener) throw invalidTarget(`The Application Load Balancer '${id}' has no listener on port ${wanted ?? ''}`);
}

// AWS: RFC 1918 and RFC 6598 addresses may be targets outside the VPC.
const privateRanges = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'];

function addressZone({ network }: Elbv2, call: Call, { group, target }: Registering): string | undefined {
  const { Id: id = '', AvailabilityZone: asked } = target;
  if (!ipaddr.isValid(id) || ipaddr.parse(id).kind() !== group.ipAddressType) throw invalidTarget(`The IP address '${id}' is not a valid ${group.ipAddressType} address`);
  const vpc = network.vpc(call, group.vpcId ?? '');
  if (isInside(id, [...(vpc?.cidrBlocks ?? []), ...(vpc?.ipv6CidrBlocks ?? [])])) {
    const zone = network.subnetByAddress(call, group.vpcId ?? '', id)?.availabilityZone;
    if (asked !== undefined && zone !== undefined && asked !== zone) throw validationError(`The IP address '${id}' is within the VPC, and cannot have its Availability Zone overridden to '${asked}' from '${zone}'`);
    return asked ?? zone;
  }
  if (!isInside(id, privateRanges)) throw invalidTarget(`The IP address '${id}' is not within the VPC or a private range`);
  if (asked === undefined) throw validationError(`You must specify a valid Availability Zone or select 'all' for all enabled Availability zones, since the IP address '${id}' is outside the VPC`);
  return asked;
}

function assertQuicServerId({ protocol }: TargetGroupRecord, { Id, QuicServerId: serverId }: TargetDescription): void {
  const isQuic = protocol === 'QUIC' || protocol === 'TCP_QUIC';
  if (!isQuic && serverId !== undefined) throw validationError(`A QUIC server ID cannot be specified for the protocol ${protocol ?? ''}`);
  if (isQuic && !/^0x[0-9a-f]{16}$/.test(serverId ?? '')) throw validationError(`Target '${Id ?? ''}' needs a QUIC server ID of 0x and 16 hexadecimal characters`);
}

function invalidTarget(message: string): AwsError {
  return new AwsError('InvalidTarget', message);
}

function assertRoom(elbv2: Elbv2, group: TargetGroupRecord, added: number): void {
  const max = elbv2.quotas['targets-per-target-group'];
  const present = elbv2.state.targets.values().filter((target) => target.targetGroupArn === group.arn && isRegistered(target)).length;
  if (added > 0 && present + added > max) throw new AwsError('TooManyTargets', `The maximum number of targets of a target group is ${max}`);
  if (group.targetType === 'alb' && present + added > 1) throw new AwsError('TooManyTargets', 'A target group of type alb can have one target');
}

function forgetGone({ state }: Elbv2, group: TargetGroupRecord, now: number): void {
  for (const [id, { targetGroupArn, goneAt }] of state.targets.entries()) if (targetGroupArn === group.arn && goneAt !== undefined && goneAt <= now) state.targets.delete(id);
}

function drainingMs(group: TargetGroupRecord): number {
  const key = 'deregistration_delay.timeout_seconds';
  return Number(group.attributes[key] ?? targetGroupAttributes(group)[key]?.byDefault ?? 0) * 1000;
}
