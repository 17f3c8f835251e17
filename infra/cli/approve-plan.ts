import { RESOURCES } from '../../shared/kubernetes/cluster-client';
import { planHash } from '../../shared/plan/format-plan';
import type { Pass } from '../local/pass-runner';
import { CLUSTER, type SmallWorld } from '../local/small-world';

/** A Service of a small world. */
export interface ServiceName {
  readonly namespace: string;
  readonly name: string;
}

/** The key of a Service of a small world. */
export const keyOf = ({ namespace, name }: ServiceName) => `svc#${CLUSTER}#${namespace}/${name}`;

/** One pass over a Service; a plan that waits for a person's word is approved, and the pass made again. Answers the last pass. */
export async function runApproved(world: Pick<SmallWorld, 'runner' | 'client'>, service: ServiceName): Promise<Pass> {
  const pass = await world.runner.run(keyOf(service));
  const waiting = pass.plans.find(({ problems }) => problems.some(({ code }) => code === 'PlanNeedsApproval'));
  if (!waiting?.plan) return pass;
  await world.client.patch(RESOURCES.services, { ...service }, { type: 'merge', body: { metadata: { annotations: { 'stepbalancer.io/approve-plan': planHash(waiting.plan) } } } });
  return world.runner.run(keyOf(service));
}
