import { type ObservedTarget, type Target, targetIdentity } from './target';

/** The small plan of one target group. Both lists are sorted by `id:port` as text and hold no target twice. */
export interface TargetChanges {
  readonly register: readonly Target[];
  readonly deregister: readonly ObservedTarget[];
}

export interface Match {
  readonly desired: readonly Target[];
  readonly observed: readonly ObservedTarget[];
  readonly quic: boolean;
  readonly limit?: number;
  readonly own?: ReadonlySet<string> | undefined;
}

/** Targets that AWS is letting go: neither registered nor to be deregistered again (LBC's behaviour A.7). */
export function isDraining(target: ObservedTarget): boolean {
  return target.state === 'draining' || target.state === 'unhealthy.draining';
}

/**
 * What moves a target group from `observed` to `desired`. With `limit` above 0, at most so many targets: those that are there now
 * count, departing ones too, and what does not fit is left for a later pass (LBC's `maxTargetsPerTargetGroup`). With `own`, only targets whose
 * identity it holds are deregistered: the others belong to other clusters.
 */
export function matchTargets({ desired, observed, quic, limit = 0, own }: Match): TargetChanges {
  const wanted = new Map(desired.map((target) => [targetIdentity(target, quic), target]));
  const standing = new Map(observed.filter((target) => !isDraining(target)).map((target) => [targetIdentity(target, quic), target]));
  const register = byIdentity(wanted, standing).filter((target) => !quic || target.quicServerId !== undefined);
  const room = limit > 0 ? Math.max(0, limit - observed.length) : register.length;
  const leaving = byIdentity(standing, wanted).filter((target) => own === undefined || own.has(targetIdentity(target, quic)));
  return { register: register.slice(0, room), deregister: leaving };
}

/** Entries of `these` that `those` does not have, sorted. */
function byIdentity<Entry>(these: ReadonlyMap<string, Entry>, those: ReadonlyMap<string, unknown>): Entry[] {
  return [...these].filter(([identity]) => !those.has(identity)).sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
}
