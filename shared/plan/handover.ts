import { familyOf, type Seen } from '../model/members';
import type { Observed, ResourceId, TargetGroupTuple } from '../model/model';
import type { Change, Difference } from './change';
import type { Matching } from './matching';

/** Target groups per action (AWS: Quotas for your Network Load Balancers). */
const PER_ACTION = 5;

/**
 * How a listener gets from a target group to its successor: first both stand behind it, the successor with weight 0, so that AWS checks its targets while the old one
 * serves; the traffic moves when the successor is healthy. Moving at once would leave the listener without a healthy target for as long as
 * targets need to become healthy, minutes for an NLB. Differences in which no target group is succeeded are answered as they are.
 */
export function handOver(difference: Difference, kept: Seen<'listener'>, matching: Matching): Difference {
  if (difference.kind !== 'listener' || !difference.fields.includes('defaultActions') || difference.fields.includes('protocol')) return difference;
  const [present] = kept.spec.defaultActions;
  const [wanted] = difference.to.defaultActions;
  const serving = servingTuples(present?.forwardConfig?.targetGroups ?? []);
  const tuples = wanted?.forwardConfig?.targetGroups ?? [];
  // What else is to come, too: behind no listener it would never be found healthy.
  const missing = tuples.filter(({ targetGroupARN }) => !serving.some((tuple) => stands(tuple, targetGroupARN, matching)));
  if (!tuples.some((tuple) => takesOver(tuple, serving, matching)) || serving.length + missing.length > PER_ACTION) return difference;
  const targetGroups = [...serving.map((tuple) => literal(tuple, matching)), ...missing.map((tuple) => ({ ...tuple, weight: 0 }))];
  return { ...difference, meanwhile: [{ type: 'forward', forwardConfig: { ...present?.forwardConfig, targetGroups } }] };
}

/** Which of what goes stands behind a listener, or fills what does, until the traffic has moved. */
export function servesMeanwhile(changes: readonly Change[], observed: readonly Observed[]): (extra: Observed) => boolean {
  const differences = changes.flatMap((change) => (change.action === 'update' ? change.differences : []));
  const actions = differences.flatMap((difference) => (difference.kind === 'listener' ? (difference.meanwhile ?? []) : []));
  const serving = new Set(actions.flatMap(({ forwardConfig }) => forwardConfig?.targetGroups.map(({ targetGroupARN }) => targetGroupARN) ?? []));
  const groups = new Set<string>(observed.filter(({ physicalId }) => serving.has(physicalId)).map(({ id }) => id));
  return (extra) => {
    const token = extra.type === 'target-group-binding' ? extra.spec.template.spec.targetGroupARN : undefined;
    return groups.has(typeof token === 'object' ? token.ref : extra.id);
  };
}

type Weighted = TargetGroupTuple & { readonly weight: number };

/** A single target group gets everything, whatever its weight; among several one without weight has AWS's 1. */
function servingTuples(tuples: readonly TargetGroupTuple[]): Weighted[] {
  return tuples.map((tuple) => ({ ...tuple, weight: tuples.length === 1 ? 1 : (tuple.weight ?? 1) }));
}

/** Whether a target group that gets no traffic yet is to take the place of one that gets some and goes. */
function takesOver({ targetGroupARN: token }: TargetGroupTuple, serving: readonly Weighted[], matching: Matching): boolean {
  if (typeof token === 'string') return false;
  const servesAlready = serving.some((tuple) => tuple.weight > 0 && stands(tuple, token, matching));
  const goes = serving.some(({ targetGroupARN, weight }) => weight > 0 && typeof targetGroupARN !== 'string' && familyOf(targetGroupARN.ref as ResourceId) === token.ref && !isKept(targetGroupARN.ref, matching));
  return goes && !servesAlready;
}

/** Whether an observed tuple is the very target group that a desired reference stands for. */
function stands({ targetGroupARN }: TargetGroupTuple, token: TargetGroupTuple['targetGroupARN'], { kept }: Matching): boolean {
  if (typeof token === 'string' || typeof targetGroupARN === 'string') return token === targetGroupARN;
  return kept.get(token.ref as ResourceId)?.id === targetGroupARN.ref;
}

function isKept(id: string, { kept }: Matching): boolean {
  return kept.get(familyOf(id as ResourceId))?.id === id;
}

/** References name the members that are kept or made; what goes has to be named by its ARN. */
function literal(tuple: Weighted, { extras, pairs }: Matching): Weighted {
  const { targetGroupARN: token } = tuple;
  if (typeof token === 'string') return tuple;
  const going = [...extras, ...pairs.flatMap(({ replaced }) => (replaced ? [replaced.old] : []))].find(({ id }) => id === token.ref);
  return { ...tuple, targetGroupARN: going ? going.physicalId : { ...token, ref: familyOf(token.ref as ResourceId) } };
}
