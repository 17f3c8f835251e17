import type { Ec2 } from '../aws/ec2';
import type { Elbv2 } from '../aws/elbv2';
import type { Tagging } from '../aws/tagging';
import { PlanStaleError } from '../contract/errors';
import type { ClusterItem } from '../contract/items';
import { durationMs, type Settings } from '../contract/settings';
import type { ClusterClient } from '../kubernetes/cluster-client';
import type { ServiceFacts } from '../model/facts';
import type { Problem } from '../model/problem';
import type { Discovery } from '../observe/discover';
import type { Holder, Store } from '../store/store';

/** What the states of a Service's pass work with; each state uses only some of it. */
export interface PassDeps {
  readonly store: Store;
  readonly elbv2: Elbv2;
  readonly ec2: Ec2;
  readonly tagging: Tagging;
  readonly clusterClient: (cluster: ClusterItem) => ClusterClient;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Multiplies every delay of ours. */
  readonly factor: number;
}

/** What a state needs that only looks into the store and the cluster. */
export type ClusterDeps = Pick<PassDeps, 'store' | 'clusterClient' | 'now' | 'factor'>;

/** What ResolveSubnets found, for MakePlan: too large for the workflow's state. */
export interface PassFacts {
  readonly v: 1;
  /** When it was read. */
  readonly at: number;
  readonly inputsHash: string;
  /** Absent where the Service is gone. Of one that asks for no load balancer any more only the Service itself is in there. */
  readonly facts?: ServiceFacts;
  /** What was found of the stack; absent together with the facts: MakePlan looks then. */
  readonly discovery?: Discovery;
  /** What stands in the way of the whole pass, whatever the manifest says. */
  readonly problems: readonly Problem[];
}

/** Keeps the facts of a pass under its lease. */
export async function savePassFacts({ store }: Pick<PassDeps, 'store'>, holder: Holder, facts: PassFacts): Promise<void> {
  await store.passFacts.save(holder, JSON.stringify(facts));
}

/** The facts of this pass. `PlanStale` where there are none of this version or they are too old to plan with. */
export async function loadPassFacts({ store, now, factor }: Pick<PassDeps, 'store' | 'now' | 'factor'>, { holder, settings }: { holder: Holder; settings: Settings }): Promise<PassFacts> {
  const text = await store.passFacts.load(holder.key);
  const facts = text === undefined ? undefined : (JSON.parse(text) as PassFacts);
  if (facts?.v !== 1) throw new PlanStaleError(`the facts of ${holder.key} were read by another version, or never; they are read again`);
  const age = now() - facts.at;
  if (age > durationMs(settings.stepbalancer.driftCheckAfter) * factor) throw new PlanStaleError(`the facts of ${holder.key} are ${Math.round(age / 1000)} s old; they are read again`);
  return facts;
}
