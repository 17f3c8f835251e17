import { UserConfigError } from '../contract/errors';
import { READ_LAG_MS } from '../contract/read-lag';
import { durationMs } from '../contract/settings';
import type { ClusterItem } from '../contract/items';
import type { TargetMemory } from '../contract/target-memory';
import { type TargetChanges, isDraining, matchTargets } from '../desired/targets/match-targets';
import { ownTargets } from '../desired/targets/multi-cluster';
import { type ObservedTarget, type Target, type TargetFacts, bindingProblem, usesQuic } from '../desired/targets/target';
import { zoneOfAddress } from '../desired/targets/target-zones';
import type { Problem } from '../model/problem';
import { type ZoneOf, applyTargets, asObservedTargets } from './apply-targets';
import { deleteOwnTargets, readOwnTargets, writeOwnTargets } from './own-targets';
import { type ClusterView, readNodes } from './read-target-facts';
import { readVpcCidrs } from './read-vpc-cidrs';
import type { TargetPass } from './run-target-key';
import type { TargetLaneDeps } from './target-lane';

const ZONES_KNOWN_MS = durationMs('60m'); // as long as LBC remembers that AWS refused `all`

/** What one pass wants of one target group. `absent`: the Service is gone, and with it the list of own targets. */
export interface Move {
  readonly pass: TargetPass;
  readonly cluster: ClusterItem;
  readonly view: ClusterView;
  readonly facts: TargetFacts;
  readonly targets: readonly Target[];
  readonly memory: TargetMemory;
  readonly absent: boolean;
}

/** What a pass did, and what it saw before. */
export interface Moved {
  readonly changes: TargetChanges;
  readonly observed: readonly ObservedTarget[];
  readonly memory: TargetMemory;
  readonly problems: readonly Problem[];
  /** Whether what it saw was older than what was registered last: a target that is to go may have been hidden. */
  readonly stale: boolean;
}

const NOTHING: TargetChanges = { register: [], deregister: [] };

/** Makes one target group hold the wanted targets: one read, and only the writes that are needed. */
export async function moveTargets(move: Move, deps: TargetLaneDeps): Promise<Moved> {
  const { facts, cluster, targets, memory } = move;
  const { targetGroupARN = '', targetGroupProtocol: protocol } = facts.binding.spec;
  const quic = usesQuic(protocol);
  const health = targetGroupARN === '' ? undefined : await deps.elbv2.describeTargetHealth(targetGroupARN);
  if (!health) return { changes: NOTHING, observed: [], memory, stale: false, problems: [bindingProblem(facts.binding, 'TargetGroupNotFound', `expected the target group ${targetGroupARN || 'of spec.targetGroupARN'} to exist, found none; nothing is registered until it does`)] };
  const observed = asObservedTargets(health);
  const own = await readOwnTargets(move.view.client, facts.binding);
  const changes = matchTargets({ desired: targets, observed, quic, limit: cluster.settings.maxTargetsPerTargetGroup, own });
  const wanted = ownTargets(targets, quic);
  const written = own && !move.absent ? await writeOwnTargets(move.view.client, { binding: facts.binding, ids: [...wanted, ...changes.deregister.map((target) => ownTargets([target], quic)[0] ?? '')], known: own }) : own;
  let { vpc } = memory;
  const zones = async () => {
    const found = await zonesFor(move, changes, deps);
    vpc = found.vpc;
    return found.zoneOf;
  };
  const remaining = observed.filter((target) => !isDraining(target)).length - changes.deregister.length;
  const { zonesNeeded } = await applyTargets(deps.elbv2, { targetGroupArn: targetGroupARN, changes, protocol, remaining, zones, nodeZones: () => zonesOfNodes(move.view, changes.register), guard: move.pass.guard });
  if (written && move.absent) await deleteOwnTargets(move.view.client, facts.binding);
  else if (written) await writeOwnTargets(move.view.client, { binding: facts.binding, ids: wanted, known: written });
  const newest = newestOf(move, changes, deps);
  return { changes, observed, stale: isStale(move, observed, deps), problems: [], memory: { ...memory, newest, ...(vpc ? { vpc } : {}), ...(zonesNeeded ? { zonesUntil: deps.now() + ZONES_KNOWN_MS * deps.factor } : {}) } };
}

function isStale({ memory: { newest } }: Move, observed: readonly ObservedTarget[], { now, factor }: TargetLaneDeps): boolean {
  return newest !== undefined && now() - newest.at < READ_LAG_MS * factor && !observed.some((target) => isSame(target, newest));
}

/** A target that AWS is to show from now on; none where it was let go. */
function newestOf({ memory: { newest } }: Move, { register, deregister }: TargetChanges, { now }: TargetLaneDeps): TargetMemory['newest'] {
  const [first] = register;
  if (first) return { id: first.id, port: first.port, at: now() };
  return newest && deregister.some((target) => isSame(target, newest)) ? undefined : newest;
}

const isSame = (one: { id: string; port: number }, other: { id: string; port: number }) => one.id === other.id && one.port === other.port;

/** The zones of what is to be registered; the VPC is asked for only where an address is. */
async function zonesFor({ view, facts, cluster, memory }: Move, changes: TargetChanges, deps: TargetLaneDeps): Promise<{ zoneOf: ZoneOf; vpc: TargetMemory['vpc'] }> {
  if (facts.binding.spec.targetType !== 'ip') return { zoneOf: () => undefined, vpc: memory.vpc };
  const vpcId = facts.binding.spec.vpcID || cluster.vpcId;
  const vpc = await readVpcCidrs(deps, { vpcId, memory });
  if (!vpc) throw new UserConfigError(`expected VPC ${vpcId} (spec.vpcID) to be visible in this account, found none; share it (RAM) or correct spec.vpcID`, { details: { code: 'VpcNotFound' } });
  const outside: ZoneOf = ({ id }) => zoneOfAddress(id, vpc.cidrs);
  const refusesAll = (memory.zonesUntil ?? 0) > deps.now() && changes.register.some((target) => outside(target) !== undefined);
  const known = refusesAll ? await zonesOfNodes(view, changes.register) : undefined;
  return { zoneOf: known ? (target) => outside(target) && known(target) : outside, vpc };
}

/** The zone label of each target's node; `all` for a node without one. Throws `UserConfig` for a pod without node. */
async function zonesOfNodes(view: ClusterView, targets: readonly Target[]): Promise<ZoneOf> {
  const nodes = await readNodes(view, targets.flatMap(({ node }) => node ?? []));
  const zones = new Map(nodes.map(({ metadata }) => [metadata.name, metadata.labels?.['topology.kubernetes.io/zone']]));
  return ({ node, pod }) => {
    if (node === undefined) throw new UserConfigError(`pod ${pod ?? ''}: AWS wants the zone of its address, and the pod has no node yet`, { details: { code: 'PodWithoutNode' } });
    return zones.get(node) ?? 'all';
  };
}
