import type { Problem } from '../../model/problem';
import type { EndpointSlice, Node, Pod, Service, TargetGroupBinding } from '../../model/kubernetes';

/** One target as a binding wants it. Several endpoints may lead to the same target. */
export interface Target {
  /** Address of a pod, or instance id. */
  readonly id: string;
  readonly port: number;
  readonly quicServerId?: string;
  /** Name of the pod behind an ip target. */
  readonly pod?: string;
  /** Name of the node that runs the pod, or is the target. */
  readonly node?: string;
}

/** One target as ELBv2 reports it. */
export interface ObservedTarget {
  readonly id: string;
  readonly port: number;
  readonly quicServerId?: string;
  readonly availabilityZone?: string;
  /** `initial`, `healthy`, `unhealthy`, `unused`, `draining`, `unhealthy.draining`, `unavailable`. */
  readonly state: string;
  readonly reason?: string;
  readonly description?: string;
}

/** Everything in the cluster that the targets of one binding are computed from. */
export interface TargetFacts {
  readonly binding: TargetGroupBinding;
  /** Undefined where the Service does not exist. */
  readonly service: Service | undefined;
  /** Slices of the Service; where Endpoints are read instead, what `slicesOfEndpoints` made of them. */
  readonly slices: readonly EndpointSlice[];
  readonly pods: readonly Pod[];
  readonly nodes: readonly Node[];
  /** Gate `EndpointsFailOpen`. */
  readonly failOpen: boolean;
  /** Environment variable of a container that holds its QUIC server id. */
  readonly quicEnvironmentVariable: string;
  /** `Endpoints` have no address family: every slice counts. */
  readonly ignoreAddressType?: boolean;
}

/**
 * `resolved`: these targets, and what was left out as problems. `absent`: the Service or its port is gone, nothing is to be
 * registered. `refused`: nothing can be said about the targets, so nothing may be changed.
 */
export type TargetResolution =
  | { readonly outcome: 'resolved'; readonly targets: readonly Target[]; readonly problems: readonly Problem[] }
  | { readonly outcome: 'absent' | 'refused'; readonly problems: readonly Problem[] };

/** Protocols whose targets carry a server id, which is part of their identity. */
export function usesQuic(protocol: string | undefined): boolean {
  return protocol === 'QUIC' || protocol === 'TCP_QUIC';
}

/** What makes two targets the same: `id:port`, and the server id where the protocol is QUIC (LBC's behaviour A.7). */
export function targetIdentity(target: Pick<Target, 'id' | 'port' | 'quicServerId'>, quic: boolean): string {
  return quic && target.quicServerId ? `${target.id}:${target.port}:${target.quicServerId}` : `${target.id}:${target.port}`;
}

/** A problem on the binding's object. */
export function bindingProblem(binding: TargetGroupBinding, code: string, message: string): Problem {
  const { name, namespace = '', uid } = binding.metadata;
  return { code, message, object: { group: 'elbv2.k8s.aws', resource: 'targetgroupbindings', namespace, name, ...(uid === undefined ? {} : { uid }) } };
}
