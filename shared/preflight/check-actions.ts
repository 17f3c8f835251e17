import type { ListenerSpec, TargetGroupTuple } from '../model/model';
import { quote } from '../desired/text';
import { annotation } from './annotation-words';
import { newActions } from './planned-writes';
import type { Finding, Preflight } from './preflight';

/** AWS: Quotas for your Network Load Balancers. An account can have more. */
export const TARGET_GROUPS_PER_ACTION = 5;
const LIMIT = 'target-groups-per-action-on-network-load-balancer';
const MAX_WEIGHT = 999;

/** Which target groups go behind which listener (AWS: Listeners for your Network Load Balancers). */
const BEHIND: Readonly<Record<string, readonly string[]>> = {
  TCP: ['TCP', 'TCP_UDP', 'TCP_QUIC'],
  TLS: ['TCP', 'TLS'],
  UDP: ['UDP', 'TCP_UDP'],
  TCP_UDP: ['TCP_UDP'],
  QUIC: ['QUIC', 'TCP_QUIC'],
  TCP_QUIC: ['TCP_QUIC'],
};

/** Whom listeners are to forward to: how many, with which weights, and target groups that users made and name by ARN. */
export function checkActions(preflight: Preflight): Finding[] {
  return newActions(preflight.plan).flatMap(({ listener, groups }) => {
    const where = annotation('actions', `${listener.protocol}-${listener.port}`);
    return [...checkCount(groups, where, preflight), ...checkWeights(groups, where), ...groups.flatMap(({ targetGroupARN: arn }) => (typeof arn === 'string' ? checkTargetGroup(arn, { listener, where, preflight }) : []))];
  });
}

function checkCount(groups: readonly TargetGroupTuple[], where: string, { answers }: Preflight): Finding[] {
  const max = answers.limits[LIMIT] ?? TARGET_GROUPS_PER_ACTION;
  if (groups.length <= max) return [];
  return [{ code: 'InvalidAction', message: `${where} forwards to ${groups.length} target groups, the Service's own among them, and an action of this account takes ${max}; name fewer, or have the quota ${LIMIT} raised` }];
}

function checkWeights(groups: readonly TargetGroupTuple[], where: string): Finding[] {
  const wrong = groups.flatMap(({ weight }) => (weight !== undefined && (weight < 0 || weight > MAX_WEIGHT) ? [weight] : []));
  return wrong.map((weight) => ({ code: 'InvalidAction', message: `${where}: a weight, baseServiceWeight too, must be from 0 to ${MAX_WEIGHT}, got ${weight}; correct it` }));
}

function checkTargetGroup(arn: string, { listener, where, preflight }: { listener: ListenerSpec; where: string; preflight: Preflight }): Finding[] {
  const { observed, answers, known: { cluster } } = preflight;
  const found = answers.targetGroups.find((group) => group.arn === arn);
  if (!found) return [{ code: 'TargetGroupArnNotFound', message: `${where} names the target group ${quote(arn)}, which this account does not have in this Region; correct the ARN` }];
  if (found.vpcId !== undefined && found.vpcId !== cluster.vpcId) return [{ code: 'TargetGroupOfAnotherVpc', message: `${where} names ${arn} of ${found.vpcId}, but the load balancer is in ${cluster.vpcId}; name a target group of that VPC` }];
  const fitting = BEHIND[listener.protocol];
  if (fitting && !fitting.includes(found.protocol ?? '')) return [{ code: 'InvalidAction', message: `${where} names ${arn}, whose protocol is ${found.protocol ?? 'none'}, and a ${listener.protocol} listener takes ${fitting.join(' or ')}; name another` }];
  const ours = new Set(observed.flatMap(({ type, physicalId }) => (type === 'load-balancer' ? [physicalId] : [])));
  const others = found.loadBalancerArns.filter((balancer) => !ours.has(balancer));
  return others.length === 0 ? [] : [{ code: 'TargetGroupInUse', message: `${where} names ${arn}, which ${others.join(', ')} uses, and a target group serves one load balancer only; name another, or take it off there` }];
}
