import type { Clock } from '../../../infra/local/clock';
import type { CallInfo, Strike } from '../world/network';
import type { Invocation } from '../world/invocations';
import type { CallFaultKind, Consequence, Fault, FaultKind } from './story';
import { CALL_FAULTS } from './story';

/** The faults of a story on their way: each strikes once, or lasts for its while, at its time. */
export interface Disturbances {
  readonly strike: (what: CallInfo, by: Invocation | undefined) => Strike | undefined;
  /** Whether a fault that lasts is on, or one that strikes once is due: the latter is used up by the answer. */
  takes(kind: FaultKind): Fault | undefined;
  lasts(kind: FaultKind): boolean;
  count(kind: FaultKind | Consequence): void;
  /** How often each kind of fault happened. */
  readonly fired: ReadonlyMap<FaultKind | Consequence, number>;
  /** How many faults of the story struck, consequences not counted. */
  struck(): number;
  /** What has struck no call so far strikes the next one that it can. */
  hurry(): void;
  /** The faults of the story, with the times of those that were hurried. */
  faults(): readonly Fault[];
  /** Nothing goes wrong from now on. */
  stop(): void;
  readonly isOver: () => boolean;
}

const LASTING_MS = 10 * 60_000;
const CALL_KINDS: ReadonlySet<string> = new Set(CALL_FAULTS);

/** Faults by their times on a clock. */
export function createDisturbances({ clock, faults }: { clock: Clock; faults: readonly Fault[] }): Disturbances {
  const start = clock.now();
  const entries = faults.map((fault) => ({ fault, skip: fault.skip, hasStruck: false }));
  const fired = new Map<FaultKind | Consequence, number>();
  let open = entries;
  let isOver = false;
  const count = (kind: FaultKind | Consequence) => void fired.set(kind, (fired.get(kind) ?? 0) + 1);
  const isDue = ({ at }: Fault) => start + at <= clock.now();
  const take = (entry: (typeof entries)[number]) => {
    open = open.filter((other) => other !== entry);
    entry.hasStruck = true;
    count(entry.fault.kind);
    return entry.fault;
  };
  return {
    fired,
    count,
    isOver: () => isOver,
    struck: () => entries.filter(({ hasStruck }) => hasStruck).length,
    faults: () => entries.map(({ fault }) => fault),
    hurry() {
      for (const entry of open.filter(({ fault, skip }) => CALL_KINDS.has(fault.kind) && (skip > 0 || !isDue(fault)))) {
        entry.fault = { ...entry.fault, at: clock.now() - start, skip: 0 };
        entry.skip = 0;
      }
    },
    stop() {
      isOver = true;
      open = [];
    },
    strike(what, by) {
      if (isOver) return undefined;
      for (const entry of open) {
        const { kind, size } = entry.fault;
        if (!CALL_KINDS.has(kind) || !isDue(entry.fault) || !canStrike({ kind: kind as CallFaultKind, size }, what, by)) continue;
        if (entry.skip > 0) {
          entry.skip -= 1;
          continue;
        }
        take(entry);
        return { kind: kind as CallFaultKind, size };
      }
      return undefined;
    },
    takes(kind) {
      const entry = isOver ? undefined : open.find(({ fault }) => fault.kind === kind && isDue(fault));
      return entry && take(entry);
    },
    lasts(kind) {
      const entry = isOver ? undefined : open.find(({ fault }) => fault.kind === kind && isDue(fault));
      if (entry === undefined) return false;
      if (clock.now() > start + entry.fault.at + entry.fault.size * LASTING_MS) open = open.filter((other) => other !== entry);
      count(kind);
      entry.hasStruck = true;
      return true;
    },
  };
}

/** Which calls a fault means. Its size says where it prefers to strike, so that the few calls to AWS are not lost among the many to the table. */
function canStrike({ kind, size }: { kind: CallFaultKind; size: number }, what: CallInfo, by: Invocation | undefined): boolean {
  const where = size < 0.45 ? 'aws' : size < 0.75 ? 'table' : 'cluster';
  switch (kind) {
    case 'killed-before':
    case 'killed-after':
      return by !== undefined && what.to === where && (what.write || size > 0.9);
    case 'reply-lost':
    case 'repeated':
    case 'late-effect':
      return what.write && what.to === where;
    case 'hangs':
    case 'dropped':
    case 'throttled':
    case 'server-error':
      return what.to === where;
    case 'denied':
      return by !== undefined && what.write && what.to === 'aws';
    case 'stale-read':
      return !what.write && what.to === 'aws';
    case 'stale-index':
      return what.name === 'table:queryDue';
    case 'conflict':
      return what.write && what.to === 'cluster';
    case 'too-many-requests':
      return what.to === 'cluster';
  }
}
