/** What the user's hand does, in the cluster or in AWS behind our back; or an operator. `service` is a Service's name. */
export type Deed =
  | { readonly kind: 'create'; readonly service: string; readonly template: ServiceTemplate }
  /** The Service appears with what LBC built for it until yesterday; where something of its name is left, it is only created. */
  | { readonly kind: 'adopt'; readonly service: string; readonly template: ServiceTemplate }
  | { readonly kind: 'delete'; readonly service: string }
  | { readonly kind: 'annotate'; readonly service: string; readonly annotation: string; /** Undefined takes it away. */ readonly value: string | undefined }
  | { readonly kind: 'ports'; readonly service: string; readonly ports: readonly PortTemplate[] }
  | { readonly kind: 'source-ranges'; readonly service: string; readonly ranges: readonly string[] }
  | { readonly kind: 'traffic-policy'; readonly service: string; readonly policy: 'Cluster' | 'Local' }
  | { readonly kind: 'type'; readonly service: string; readonly type: 'ClusterIP' | 'LoadBalancer' }
  | { readonly kind: 'scale'; readonly deployment: string; readonly replicas: number }
  | { readonly kind: 'delete-pod'; readonly deployment: string }
  | { readonly kind: 'add-node' }
  | { readonly kind: 'delete-node' }
  | { readonly kind: 'delete-binding'; readonly service: string }
  /** Writes the approval that an Event on the Service asks for. */
  | { readonly kind: 'approve'; readonly service: string }
  | { readonly kind: 'aws-attribute'; readonly service: string }
  | { readonly kind: 'aws-tag'; readonly service: string }
  | { readonly kind: 'aws-listener'; readonly service: string }
  | { readonly kind: 'aws-target'; readonly service: string }
  | { readonly kind: 'aws-node-rule' }
  | { readonly kind: 'aws-frontend-rule'; readonly service: string }
  | { readonly kind: 'abort'; /** Redriven this long after; undefined: never by hand. */ readonly redriveAfterMs: number | undefined; readonly twice: boolean }
  | { readonly kind: 'redrive-all'; /** By two people at once. */ readonly twice: boolean };

export interface PortTemplate {
  readonly port: number;
  readonly targetPort: number;
  /** TCP without it. */
  readonly protocol?: 'TCP' | 'UDP';
}

export interface ServiceTemplate {
  /** Whose pods. */
  readonly deployment: string;
  readonly targetType: 'ip' | 'instance';
  readonly scheme: 'internal' | 'internet-facing';
  readonly ports: readonly PortTemplate[];
  readonly annotations: Readonly<Record<string, string>>;
}

/** Something that is done at a time. */
export interface Move {
  /** Milliseconds after the beginning. */
  readonly at: number;
  readonly deed: Deed;
}

/** So many moves of the user and faults a run has at least: some moves find nothing to do, some faults no call to strike. */
export const LEAST = { moves: 10, faults: 5 };

/** Faults that strike one call, between a function and what it calls. */
export const CALL_FAULTS = ['killed-before', 'killed-after', 'reply-lost', 'repeated', 'throttled', 'server-error', 'dropped', 'hangs', 'late-effect', 'denied', 'stale-read', 'stale-index', 'conflict', 'too-many-requests'] as const;
/** Faults that happen by themselves. */
export const OTHER_FAULTS = ['event-lost', 'event-twice', 'event-late', 'event-refused', 'message-again', 'queue-refuses', 'watch-gone', 'watches-broken', 'forwarder-restarts', 'sweeper-late', 'resync-late'] as const;
/** Faults that follow from others; counted, not planned. */
export const CONSEQUENCES = ['execution-aborted', 'execution-failed', 'execution-redriven', 'execution-redriven-late', 'lease-expired', 'function-timed-out'] as const;

export type CallFaultKind = (typeof CALL_FAULTS)[number];
export type OtherFaultKind = (typeof OTHER_FAULTS)[number];
export type Consequence = (typeof CONSEQUENCES)[number];
export type FaultKind = CallFaultKind | OtherFaultKind;

/** Something that goes wrong. */
export interface Fault {
  readonly kind: FaultKind;
  /** Milliseconds after the beginning; a fault of a call strikes after that. */
  readonly at: number;
  /** A fault of a call lets this many calls that it could strike pass. */
  readonly skip: number;
  /** How long or how much, where that means something: 0 to 1. */
  readonly size: number;
}

/** All that is decided beforehand about one run; with the seed, everything. */
export interface Story {
  readonly seed: number;
  readonly moves: readonly Move[];
  readonly faults: readonly Fault[];
  /** What the user does at the end, one after the other, where too many moves found nothing to do or too few faults found a call to strike. */
  readonly spare: readonly Deed[];
  /** The cluster's setting of that name. */
  readonly driftCheckAfter: string;
}
