import type { ResolveSubnetsOutput, StepInput } from '../contract/steps';
import { durationMs } from '../contract/settings';
import type { ClusterItem, StateItem } from '../contract/items';
import { digestInputs } from '../desired/inputs-hash';
import { neededFacts } from '../desired/service/needed-facts';
import { serviceOwnership } from '../desired/service/ownership';
import { bindingSelector, serviceStack } from '../desired/tracking';
import { type ClusterClient, RESOURCES } from '../kubernetes/cluster-client';
import type { Service } from '../model/kubernetes';
import type { Problem } from '../model/problem';
import { findLbcLeader, openCluster, parseServiceKey, readService, serviceObject } from '../observe/cluster-access';
import { discover } from '../observe/discover';
import { existingLoadBalancer } from '../observe/existing-load-balancer';
import { readServiceFacts } from '../observe/read-service-facts';
import { hasFinalizer, saysLoadBalancer } from '../status/service-status';
import { loadNotes } from './plan-record';
import { type PassDeps, type PassFacts, savePassFacts } from './service-pass';

/**
 * Reads the owner and what it refers to in the cluster. If nothing of it changed since the last finished pass and AWS was compared not long ago, the pass
 * ends here without any call to AWS. Else reads the network facts for MakePlan.
 */
export async function resolveSubnets(deps: PassDeps, input: StepInput): Promise<ResolveSubnetsOutput> {
  const state = await deps.store.leases.check(input);
  const name = parseServiceKey(input.key);
  const { cluster, client } = await openCluster({ clusters: deps.store.clusters, clusterClient: deps.clusterClient }, name.cluster);
  const addReference = (object: string, why: string) => deps.store.references.add({ cluster: cluster.id, object, key: input.key, why });
  await addReference(serviceObject(name), 'owner');
  const readAt = deps.now();
  const service = await readService(client, name);
  const at = deps.now();
  if (!service || !serviceOwnership(service, cluster.settings).ours) {
    if (!(await leftTraces(deps, { state, service, cluster, client }))) return rest(deps, input, readAt);
    await savePassFacts(deps, input, { v: 1, at, problems: [], ...(service ? leavingFacts(service, cluster) : { inputsHash: '' }) });
    return { outcome: 'absent' };
  }
  const extraServices = await readExtraServices(neededFacts({ service, settings: cluster.settings }).extraServices, {
    addReference: (extra) => addReference(serviceObject({ ...name, name: extra }), 'backend'),
    read: (extra) => readService(client, { ...name, name: extra }),
  });
  const inputsHash = digestInputs({ service, extraServices, settings: cluster.settings, mode: cluster.mode });
  if (holdsFrom({ state, service, cluster, inputsHash, now: at, factor: deps.factor })) {
    if (state.phase === 'Healthy') return { outcome: 'unchanged' };
    const applied = state.phase === 'Waiting' ? await loadNotes(deps.store, input.key, state.planId) : undefined;
    if (applied && state.planId !== undefined) return { outcome: 'applied', plan: { outcome: applied.outcome, planId: state.planId } };
  }
  const problems = await findObstacles(deps, { cluster, client, service });
  const stack = serviceStack(cluster.name, { id: `${name.namespace}/${name.name}` });
  const ledger = await deps.store.ledger.list(input.key);
  const discovery = await discover(deps, { stack, vpcId: cluster.vpcId, ledger });
  const existing = existingLoadBalancer(discovery, { stack, ledger });
  const facts = await readServiceFacts(deps.ec2, {
    cluster: { id: cluster.id, name: cluster.name, region: cluster.region, accountId: cluster.accountId, vpcId: cluster.vpcId },
    service,
    settings: cluster.settings,
    ...(existing ? { existingLoadBalancer: existing } : {}),
    readService: async (extra) => extraServices.find(({ metadata }) => metadata.name === extra),
  });
  await savePassFacts(deps, input, { v: 1, at, inputsHash, facts, discovery, problems });
  return { outcome: 'resolved', vpcId: cluster.vpcId, subnetIds: facts.network.subnets.map(({ id }) => id).slice(0, 50) };
}

/** Of a Service that goes, or asks for nothing any more, only its own word counts: it may forbid the deletion (LBC's behaviour §1.2). */
function leavingFacts(service: Service, cluster: ClusterItem): Pick<PassFacts, 'facts' | 'inputsHash'> {
  const { id, name, region, accountId, vpcId, settings, mode } = cluster;
  const network = { vpc: { id: vpcId, cidrBlocks: [], ipv6CidrBlocks: [] }, subnets: [], zones: [], routeTables: [] };
  return { facts: { cluster: { id, name, region, accountId, vpcId }, service, extraServices: [], network, securityGroups: [] }, inputsHash: digestInputs({ service, extraServices: [], settings, mode }) };
}

/** Whether something of a load balancer may be left that nobody asks for any more. A binding may have been written by a call that took effect after everything else was gone. */
async function leftTraces({ store }: PassDeps, { state, service, cluster, client }: { state: StateItem; service: Service | undefined; cluster: ClusterItem; client: ClusterClient }): Promise<boolean> {
  if ((service !== undefined && hasFinalizer(service)) || state.hostname !== undefined || (await store.ledger.list(state.key)).length > 0) return true;
  const { namespace, name } = parseServiceKey(state.key);
  const labelSelector = bindingSelector(serviceStack(cluster.name, { id: `${namespace}/${name}` }));
  return (await client.list(RESOURCES.targetGroupBindings, { namespace, labelSelector })).length > 0;
}

/** Nothing is asked for and nothing is left: the key rests until its own object wakes it. An attempt beside this one (of an execution that was stopped and redriven) may have read since. */
async function rest({ store }: PassDeps, input: StepInput, readAt: number): Promise<ResolveSubnetsOutput> {
  const name = parseServiceKey(input.key);
  await store.references.remove({ cluster: name.cluster, object: serviceObject(name), key: input.key, until: readAt });
  await store.leases.update(input, { phase: 'Deleted', inputsHash: null, driftCheckedAt: null, healthyBy: null, nextAttemptAt: null, planId: null });
  return { outcome: 'unchanged' };
}

/** Services that weighted actions name. The reference comes before the read. */
async function readExtraServices(names: readonly string[], { addReference, read }: { addReference: (name: string) => Promise<void>; read: (name: string) => Promise<Service | undefined> }): Promise<Service[]> {
  const found: Service[] = [];
  for (const name of names) {
    await addReference(name);
    const extra = await read(name);
    if (extra) found.push(extra);
  }
  return found;
}

interface LastPass {
  readonly state: StateItem;
  readonly service: Service;
  readonly cluster: ClusterItem;
  readonly inputsHash: string;
  readonly now: number;
  readonly factor: number;
}

/** Whether what the last pass computed still holds: equal inputs, its traces in the cluster, and AWS was compared not long ago. Our own writes to the object wake us, too. */
function holdsFrom({ state, service, cluster, inputsHash, now, factor }: LastPass): boolean {
  const young = state.driftCheckedAt !== undefined && now - state.driftCheckedAt < durationMs(cluster.settings.stepbalancer.driftCheckAfter) * factor;
  const tracesStand = cluster.mode === 'observe' || (hasFinalizer(service) && saysLoadBalancer(service, state.hostname ?? ''));
  return state.inputsHash === inputsHash && young && tracesStand;
}

/** What forbids every write in this cluster for now, said on the object. */
async function findObstacles(deps: PassDeps, { cluster, client, service }: { cluster: ClusterItem; client: Parameters<typeof findLbcLeader>[0]; service: Service }): Promise<Problem[]> {
  if (cluster.mode !== 'own') return [];
  const leader = await findLbcLeader(client, deps.now());
  if (leader === undefined) return [];
  const object = { group: '', resource: 'services', namespace: service.metadata.namespace ?? 'default', name: service.metadata.name, ...(service.metadata.uid ? { uid: service.metadata.uid } : {}) };
  return [
    {
      code: 'LbcIsRunning',
      message: `Expected stepbalancer to be the only controller of load balancers in cluster ${cluster.id}, found a fresh leader Lease of the AWS Load Balancer Controller, held by ${leader}. Nothing was changed. Scale it to zero; the next pass goes on by itself.`,
      object,
    },
  ];
}
