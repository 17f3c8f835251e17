import { AwsError } from '../operation';
import type { Place } from '../network';
import { isIn } from './names';
import { assertArn } from './refusals';
import type { Elbv2State, ListenerRecord, LoadBalancerRecord, RuleRecord, TargetGroupRecord } from './state';

/** The load balancer with that ARN; `LoadBalancerNotFound` if there is none in the caller's account and Region. */
export function findLoadBalancer(state: Elbv2State, place: Place, arn: string): LoadBalancerRecord {
  assertArn(arn, 'loadbalancer');
  return found(inPlace(place, arn, state.loadBalancers.get(arn)), 'LoadBalancerNotFound', `Load balancer '${arn}' not found`);
}

/** The target group with that ARN; `TargetGroupNotFound` if there is none. */
export function findTargetGroup(state: Elbv2State, place: Place, arn: string): TargetGroupRecord {
  assertArn(arn, 'targetgroup');
  return found(inPlace(place, arn, state.targetGroups.get(arn)), 'TargetGroupNotFound', `Target group '${arn}' not found`);
}

/** The listener with that ARN; `ListenerNotFound` if there is none. */
export function findListener(state: Elbv2State, place: Place, arn: string): ListenerRecord {
  assertArn(arn, 'listener');
  return found(inPlace(place, arn, state.listeners.get(arn)), 'ListenerNotFound', `Listener '${arn}' not found`);
}

/** The rule with that ARN; `RuleNotFound` if there is none. */
export function findRule(state: Elbv2State, place: Place, arn: string): RuleRecord {
  assertArn(arn, 'listener-rule');
  return found(inPlace(place, arn, state.rules.get(arn)), 'RuleNotFound', `Rule '${arn}' not found`);
}

function inPlace<T>(place: Place, arn: string, record: T | undefined): T | undefined {
  return isIn(place, arn) ? record : undefined;
}

function found<T>(record: T | undefined, code: string, message: string): T {
  if (record === undefined) throw new AwsError(code, message);
  return record;
}

/** Which load balancers forward to each target group, and since when (milliseconds), over listeners and rules. */
export function usesOfTargetGroups(state: Elbv2State): Map<string, Map<string, number>> {
  const uses = new Map<string, Map<string, number>>();
  for (const { loadBalancerArn, forwardsSince } of [...state.listeners.values(), ...state.rules.values()]) {
    for (const [targetGroupArn, since] of Object.entries(forwardsSince)) {
      const users = uses.get(targetGroupArn) ?? new Map<string, number>();
      users.set(loadBalancerArn, Math.min(since, users.get(loadBalancerArn) ?? since));
      uses.set(targetGroupArn, users);
    }
  }
  return uses;
}
