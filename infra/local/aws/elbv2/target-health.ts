import type { DescribeTargetHealthInput, DescribeTargetHealthOutput, TargetHealth, TargetHealthDescription } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Call, Operations } from '../operation';
import { findTargetGroup, usesOfTargetGroups } from './lookup';
import { assertOneOf } from './refusals';
import type { Elbv2, LoadBalancerRecord, TargetGroupRecord, TargetRecord } from './state';
import { isMeant, registeredTargets } from './targets';

/** DescribeTargetHealth. States are computed from times and the probe, so that they are the same after a restart. AWS: "Target health status", "reason codes". */
export function targetHealthOperations(elbv2: Elbv2): Operations {
  const describe = (input: DescribeTargetHealthInput, call: Call): DescribeTargetHealthOutput => {
    const group = findTargetGroup(elbv2.state, call, input.TargetGroupArn ?? '');
    for (const include of input.Include ?? []) assertOneOf(include, ['AnomalyDetection', 'All'], 'include');
    const registered = registeredTargets(elbv2, group, call.now);
    const users = usersOf(elbv2, group);
    const show = (target: TargetRecord) => shown(group, target, healthOf(elbv2, call, { group, target, users }));
    const asked = input.Targets ?? [];
    if (asked.length === 0) return { TargetHealthDescriptions: registered.map(show) };
    return {
      TargetHealthDescriptions: asked.flatMap((description) => {
        const meant = registered.filter((target) => isMeant(target, description, group));
        if (meant.length > 0) return meant.map(show);
        const unknown = { targetGroupArn: group.arn, id: description.Id ?? '', port: description.Port ?? group.port ?? 0, registeredAt: call.now };
        return [shown(group, unknown, state('unused', 'Target.NotRegistered', 'Target is not registered to the target group'))];
      }),
    };
  };
  return { DescribeTargetHealth: describe };
}

interface User {
  readonly balancer: LoadBalancerRecord;
  readonly since: number;
}

function usersOf({ state }: Elbv2, group: TargetGroupRecord): User[] {
  return [...(usesOfTargetGroups(state).get(group.arn) ?? [])].flatMap(([arn, since]) => {
    const balancer = state.loadBalancers.get(arn);
    return balancer === undefined ? [] : [{ balancer, since }];
  });
}

function healthOf(elbv2: Elbv2, call: Call, { group, target, users }: { group: TargetGroupRecord; target: TargetRecord; users: readonly User[] }): TargetHealth {
  if (target.goneAt !== undefined) return state('draining', 'Target.DeregistrationInProgress', 'Target deregistration is in progress');
  if (users.length === 0) return state('unused', 'Target.NotInUse', 'Target group is not configured to receive traffic from the load balancer');
  const unusable = unusableState(elbv2, call, { group, target, users });
  if (unusable !== undefined) return unusable;
  if (!group.healthCheck.enabled) return state('unavailable', 'Target.HealthCheckDisabled', 'Health checks are not enabled for this target');
  const begin = Math.max(target.registeredAt, Math.min(...users.map(({ balancer, since }) => Math.max(since, balancer.activeAt))));
  const initialMs = initialChecksMs(group) * elbv2.world.factor;
  if (call.now < begin + initialMs / 3) return state('initial', 'Elb.RegistrationInProgress', 'Target registration is in progress');
  if (call.now < begin + initialMs) return state('initial', 'Elb.InitialHealthChecking', 'Initial health checks in progress');
  const { id, port, zone } = target;
  const answer = elbv2.probe({ id, port, ...(zone !== undefined && { zone }) }, group, call);
  if (answer === 'healthy') return { State: 'healthy' };
  if (answer === 'unhealthy') return state('unhealthy', 'Target.FailedHealthChecks', 'Health checks failed');
  return state(answer.state, answer.reason as TargetHealth['Reason'], answer.description);
}

/** A target in a zone that the load balancer does not have, or an instance that does not run, gets no traffic. */
function unusableState({ network }: Elbv2, call: Call, { group, target, users }: { group: TargetGroupRecord; target: TargetRecord; users: readonly User[] }): TargetHealth | undefined {
  const instance = group.targetType === 'instance' ? network.instance(call, target.id) : undefined;
  if (group.targetType === 'instance' && instance === undefined) return state('unused', 'Target.InvalidState', 'Target is in the terminated state');
  if (instance !== undefined && instance.state !== 'running') return state('unused', 'Target.InvalidState', `Target is in the ${instance.state} state`);
  const zone = instance?.availabilityZone ?? target.zone;
  const isReached = zone === undefined || zone === 'all' || users.some(({ balancer }) => balancer.zones.some(({ zoneName }) => zoneName === zone) || isCrossZone(group, balancer));
  return isReached ? undefined : state('unused', 'Target.NotInUse', 'Target is in an Availability Zone that is not enabled for the load balancer');
}

/** An Application Load Balancer never reaches a zone that it does not have; a Network Load Balancer does with cross-zone load balancing. */
function isCrossZone(group: TargetGroupRecord, balancer: LoadBalancerRecord): boolean {
  const key = 'load_balancing.cross_zone.enabled';
  const own = group.attributes[key] ?? 'use_load_balancer_configuration';
  return balancer.type === 'network' && (own === 'use_load_balancer_configuration' ? balancer.attributes[key] : own) === 'true';
}

/** The first checks must pass in a row for a Network, one of them for an Application Load Balancer. */
function initialChecksMs({ protocol, healthCheck }: TargetGroupRecord): number {
  const checks = protocol === 'HTTP' || protocol === 'HTTPS' ? 1 : healthCheck.healthyThreshold;
  return checks * healthCheck.intervalSeconds * 1000;
}

function state(State: TargetHealth['State'], Reason: TargetHealth['Reason'], Description: string): TargetHealth {
  return { State, Reason, Description };
}

function shown(group: TargetGroupRecord, target: TargetRecord, health: TargetHealth): TargetHealthDescription {
  const isLambda = group.targetType === 'lambda';
  return {
    Target: {
      Id: target.id,
      ...(!isLambda && { Port: target.port }),
      ...(target.zone !== undefined && { AvailabilityZone: target.zone }),
      ...(target.quicServerId !== undefined && { QuicServerId: target.quicServerId }),
    },
    ...(!isLambda && { HealthCheckPort: group.healthCheck.port === 'traffic-port' ? String(target.port) : group.healthCheck.port }),
    TargetHealth: health,
    ...((group.protocol === 'HTTP' || group.protocol === 'HTTPS') && { AnomalyDetection: { Result: 'normal', MitigationInEffect: 'no' } }),
    AdministrativeOverride: { State: 'no_override', Reason: 'AdministrativeOverride.NoOverride', Description: 'No override is currently active on target' },
  };
}
