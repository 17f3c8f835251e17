/** What LBC 3.5 does for the same, in calls to ELBv2 and EC2. */
export interface LbcFigure {
  readonly reads: number;
  /** Refused ones included. */
  readonly writes: number;
  readonly refused?: number;
  /** Recorded on the wire, or computed from the recorded order of calls for more ports than were recorded. */
  readonly from: 'recorded' | 'computed';
  /** What to know before comparing. */
  readonly note?: string;
}

/** Where the figures come from. */
export const SOURCE =
  "LBC 3.5's own binary with default flags, recorded on the wire in November 2026 against kube-apiserver 1.36 and an AWS emulator with corrected answers. Its counts do not include waiting: it does not wait for health.";

/** Per further port LBC makes CreateTargetGroup, CreateListener and RegisterTargets, and reads attributes of both, the listener's rules and the targets' health. */
const FURTHER_PORT = { writes: 3, readsOfCreate: 4, readsOfPass: 3 };

/** The create of one port, recorded, and what further ports add by its order of calls. */
export function createFigure(ports: number): LbcFigure {
  const further = ports - 1;
  return { reads: 24 + further * FURTHER_PORT.readsOfCreate, writes: 8 + further * FURTHER_PORT.writes, from: further === 0 ? 'recorded' : 'computed' };
}

/** A pass that finds nothing to do, tags cached: recorded for one port; further ports add reads of attributes and rules. */
export function passFigure(ports: number): LbcFigure {
  const further = ports - 1;
  return { reads: 12 + further * FURTHER_PORT.readsOfPass, writes: 0, from: further === 0 ? 'recorded' : 'computed', note: 'its tags cached; 15 without, 18 beside 45 foreign load balancers' };
}

/** Scenarios of one port. */
export const LBC = {
  labelChange: { reads: 0, writes: 0, from: 'recorded' },
  scaleUp: { reads: 2, writes: 1, from: 'recorded', note: '5 calls when its caches are older than 10 min' },
  scaleDown: { reads: 1, writes: 1, from: 'recorded', note: '1 or 2 reads' },
  rolling: { reads: 26, writes: 6, from: 'recorded' },
  oneAttribute: { reads: 12, writes: 1, from: 'recorded' },
  delete: { reads: 10, writes: 18, refused: 12, from: 'recorded', note: '20 s' },
  deleteAtOnce: { reads: 5, writes: 6, from: 'recorded' },
  adoption: { reads: 15, writes: 0, from: 'recorded', note: 'its own pass over the same account, tags not cached' },
  restart: { reads: 72, writes: 0, from: 'recorded', note: 'for 1 NLB, 1 ALB and 1 group of 20 Ingresses' },
} as const satisfies Record<string, LbcFigure>;
