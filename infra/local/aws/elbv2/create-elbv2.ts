import type { Network, Place, TagSource } from '../network';
import type { Call, Operations, World } from '../operation';
import { attributeOperations } from './attributes';
import { listenerCertificateOperations } from './listener-certificates';
import { listenerOperations } from './listeners';
import { loadBalancerChangeOperations } from './load-balancer-changes';
import { loadBalancerOperations } from './load-balancers';
import { isIn } from './names';
import type { Quotas } from './quotas';
import { defaultQuotas, quotaOperations } from './quotas';
import { ruleOperations } from './rules';
import { securityGroupOperations } from './security-groups';
import { sslPolicyOperations } from './ssl-policies';
import type { Elbv2, Elbv2State, Probe } from './state';
import { elbv2State } from './state';
import { elbv2TagSource, tagOperations } from './tags';
import { targetGroupOperations } from './target-groups';
import { targetHealthOperations } from './target-health';
import { targetOperations } from './targets';
import { trustStoreOperations } from './trust-stores';

/** What ELBv2 is built from. */
export interface Elbv2Options {
  readonly world: World;
  readonly network: Network;
  /** Whether ACM or IAM has a certificate; without it every well-formed ARN counts as one. */
  readonly hasCertificate?: (call: Call, arn: string) => boolean;
  readonly quotas?: Partial<Quotas>;
  /** How targets answer health checks; without it all of them are healthy after their first checks. */
  readonly probe?: Probe;
}

/** The local ELBv2 and what other parts of the local system ask of it. */
export interface LocalElbv2 {
  readonly operations: Operations;
  readonly tags: TagSource;
  /** Replaces the probe, e.g. by the local cluster's once it runs, or by a test's script. */
  readonly useProbe: (probe: Probe) => void;
  /** The load balancers that use a certificate: ACM refuses to delete it and lists them. */
  certificateUsers(place: Place, certificateArn: string): string[];
  /** Its collections, for environments that are loaded into it. */
  readonly state: Elbv2State;
}

/** Builds the local ELBv2 over the world's storage: load balancers of both types, all times scaled by the world's factor. */
export function createElbv2({ world, network, hasCertificate = () => true, quotas = {}, probe = () => 'healthy' }: Elbv2Options): LocalElbv2 {
  let probing: Probe = probe;
  const state = elbv2State(world.storage);
  const elbv2: Elbv2 = {
    world,
    state,
    network,
    hasCertificate,
    quotas: { ...defaultQuotas, ...quotas },
    probe: (target, targetGroup, call) => probing(target, targetGroup, call),
  };
  const parts = [
    loadBalancerOperations,
    loadBalancerChangeOperations,
    securityGroupOperations,
    targetGroupOperations,
    targetOperations,
    targetHealthOperations,
    listenerOperations,
    listenerCertificateOperations,
    ruleOperations,
    attributeOperations,
    tagOperations,
    quotaOperations,
    sslPolicyOperations,
    trustStoreOperations,
  ];
  return {
    operations: Object.assign({}, ...parts.map((part) => part(elbv2))) as Operations,
    tags: elbv2TagSource(elbv2),
    useProbe: (next) => {
      probing = next;
    },
    certificateUsers: (place, arn) => {
      const users = state.listeners.values().filter((listener) => isIn(place, listener.arn) && [listener.defaultCertificate, ...listener.extraCertificates].includes(arn));
      return [...new Set(users.map(({ loadBalancerArn }) => loadBalancerArn))];
    },
    state,
  };
}
