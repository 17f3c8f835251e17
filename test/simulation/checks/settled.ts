import { parseKey } from '../../../shared/contract/keys';
import { buildServiceModel } from '../../../shared/desired/service/build-service-model';
import { bindingSelector, serviceStack } from '../../../shared/desired/tracking';
import { RESOURCES } from '../../../shared/kubernetes/cluster-client';
import type { Service, TargetGroupBinding } from '../../../shared/model/kubernetes';
import { readService } from '../../../shared/observe/cluster-access';
import { discover } from '../../../shared/observe/discover';
import { existingLoadBalancer } from '../../../shared/observe/existing-load-balancer';
import { observeService } from '../../../shared/observe/observe-service';
import { readServiceFacts } from '../../../shared/observe/read-service-facts';
import { describeChange } from '../../../shared/plan/describe-change';
import { guardPlan } from '../../../shared/plan/guard-plan';
import { makePlan } from '../../../shared/plan/make-plan';
import { userAws } from '../world/aws-door';
import { NAMESPACE } from '../world/base-world';
import { CLUSTER, type World } from '../world/open-world';
import { ownResources, standingTargets } from './account-view';
import { missingRules, surplusRules } from './node-rules';
import { isRefusedByAws, movesElasticIp } from './refused-by-aws';
import { bindings, readyTargets, services, stackOf, type ServiceObject } from './cluster-view';

const FINALIZER = 'service.k8s.aws/resources';
/** Values that stories put into annotations and that nobody can make anything of: the Service is to be Blocked. */
const MISTAKES = ['=soon', 'many', 'no-such-subnet'];

/** What is not yet as it should be, in words, or still busy; nothing where the world has come to rest in the right state. */
export async function findUnsettled(world: World): Promise<string[]> {
  const busy = [...unfinishedWork(world), ...(await busyKeys(world))];
  return busy.length > 0 ? busy : findWrong(world);
}

/** What is not as it should be, in words. Cheap questions first, and the dear ones only if those find nothing. */
export async function findWrong(world: World): Promise<string[]> {
  const cheap = [...leftovers(world), ...wrongTargetsOf(world)];
  if (cheap.length > 0) return cheap;
  const wrong: string[] = [];
  for (const service of services(world).filter(isOurs)) wrong.push(...(await wrongModel(world, service)));
  return wrong;
}

/** Target groups that do not hold what is ready, and node groups that do not let their load balancers through, in words. */
export function wrongTargetsOf(world: World): string[] {
  return services(world).filter(isOurs).flatMap((service) => wrongTargets(world, service));
}

function isOurs({ metadata, spec }: ServiceObject): boolean {
  return metadata.namespace === NAMESPACE && spec.type === 'LoadBalancer' && metadata.deletionTimestamp === undefined;
}

function unfinishedWork({ host, waitingMessages }: World): string[] {
  const messages = waitingMessages();
  if (messages > 0) return [`${messages} messages wait`];
  return [...host.running].filter(({ functionName }) => !['sweep', 'resync', 'route-events'].includes(functionName)).map(({ functionName }) => `${functionName} runs`);
}

async function busyKeys({ table, clock }: World): Promise<string[]> {
  const keys = [...(await table.query(`KEYS#${CLUSTER}`)), ...(await table.query('KEYS#*'))];
  const busy = await Promise.all(
    keys.map(async ({ sk: key }) => {
      const state = (await table.get({ pk: key, sk: 'STATE' })) as { owner?: string; gen?: number; doneGen?: number; phase?: string; nextAttemptAt?: number } | undefined;
      if (state?.owner !== undefined) return [`${key} is being worked on`];
      if ((state?.gen ?? 0) > (state?.doneGen ?? 0)) return [`${key} waits for generation ${state?.gen ?? 0}`];
      const isDue = (state?.nextAttemptAt ?? Number.POSITIVE_INFINITY) < clock.now() + 1000;
      const isKnownTrouble = ['Degraded', 'Blocked'].includes(state?.phase ?? '');
      return (isDue && !isKnownTrouble) || state?.phase === 'Deleting' || state?.phase === 'Working' ? [`${key} is ${state?.phase ?? 'new'}`] : [];
    }),
  );
  return busy.flat();
}

/** What belongs to nobody any more: Services that are gone, and what they had. */
function leftovers(world: World): string[] {
  const wanted = new Set(services(world).filter(isOurs).map(({ metadata }) => `${metadata.namespace}/${metadata.name}`));
  const leaving = services(world).filter(({ metadata }) => metadata.deletionTimestamp !== undefined).map(({ metadata }) => `Service ${metadata.name} is still being deleted`);
  const released = services(world).filter((service) => !isOurs(service) && service.metadata.finalizers?.includes(FINALIZER)).map(({ metadata }) => `Service ${metadata.name} still has our finalizer`);
  const orphans = ownResources(world).filter(({ tags }) => (tags['service.k8s.aws/stack'] === undefined ? wanted.size === 0 : !wanted.has(tags['service.k8s.aws/stack']))).map(({ type, name }) => `${type} ${name} is left`);
  const stray = bindings(world).filter((binding) => binding.metadata.deletionTimestamp !== undefined || !wanted.has(stackOf(binding))).map(({ metadata }) => `TargetGroupBinding ${metadata.name} is left`);
  return [...leaving, ...released, ...orphans, ...surplusRules(world), ...stray];
}

/** Each target group holds the endpoints that are ready, and the node group lets its load balancer through. */
function wrongTargets(world: World, { metadata: { namespace, name } }: ServiceObject): string[] {
  return bindings(world)
    .filter((binding) => stackOf(binding) === `${namespace}/${name}`)
    .flatMap((binding) => {
      const wanted = readyTargets(world, binding);
      const found = new Set(standingTargets(world, binding.spec.targetGroupARN).map(({ id, port }) => `${id}:${port}`));
      const missing = [...wanted].filter((target) => !found.has(target));
      const surplus = [...found].filter((target) => !wanted.has(target));
      return [...missing.map((target) => `${target} is ready and not in the target group of ${binding.metadata.name}`), ...surplus.map((target) => `${target} is in the target group of ${binding.metadata.name} and not ready`), ...missingRules(world, binding, wanted)];
    });
}

/** The plan that a pass would make now: empty, or the changes in words. What cannot be built is left as it is. */
async function wrongModel(world: World, { metadata }: ServiceObject): Promise<string[]> {
  const key = `svc#${CLUSTER}#${metadata.namespace}/${metadata.name}`;
  const name = parseKey(key) as { namespace: string; name: string };
  const cluster = await world.store.clusters.get(CLUSTER);
  const service = (await readService(world.client, name)) as Service;
  if (!cluster) throw new Error('expected the cluster to be registered');
  const stack = serviceStack(cluster.name, { id: `${name.namespace}/${name.name}` });
  const ledger = await world.store.ledger.list(key);
  const discovery = await discover(userAws, { stack, vpcId: cluster.vpcId, ledger });
  const existing = existingLoadBalancer(discovery, { stack, ledger });
  const facts = await readServiceFacts(userAws.ec2, {
    cluster: { id: cluster.id, name: cluster.name, region: cluster.region, accountId: cluster.accountId, vpcId: cluster.vpcId },
    service,
    settings: cluster.settings,
    ...(existing ? { existingLoadBalancer: existing } : {}),
    readService: (extra) => readService(world.client, { namespace: name.namespace, name: extra }),
  });
  if (MISTAKES.some((mistake) => Object.values(service.metadata.annotations ?? {}).some((value) => value.includes(mistake)))) return blockedState(await world.store.leases.read(key), key);
  const built = buildServiceModel(facts, cluster.settings);
  if (built.outcome !== 'load-balancer' || isRefusedByAws(built.model)) return blockedState(await world.store.leases.read(key), key);
  const found = (await world.client.list(RESOURCES.targetGroupBindings, { labelSelector: bindingSelector(stack) })) as unknown as TargetGroupBinding[];
  const tagListeners = cluster.settings.featureGates.ListenerRulesTagging;
  const observed = await observeService(userAws, { stack, vpcId: cluster.vpcId, model: built.model, ledger, discovery, bindings: found, tagListeners });
  const known = ledger.map(({ id, physicalId, origin }) => ({ id, origin, young: false, ...(physicalId === undefined ? {} : { physicalId }) }));
  const plan = makePlan(built.model, observed, { stack, externalManagedTags: [], tagListeners, ledger: known });
  if (movesElasticIp(plan)) return blockedState(await world.store.leases.read(key), key);
  const hostname = world.account.elbv2.state.loadBalancers.get(existing?.arn ?? '')?.dnsName;
  const told = service.status?.loadBalancer?.ingress?.[0]?.hostname;
  const wrongStatus = told === hostname?.toLowerCase() || told === hostname ? [] : [`${name.name} says its hostname is ${told ?? 'nothing'}, AWS says ${hostname ?? 'nothing'}`];
  // An intent that came to nothing is forgotten at the next look: nothing stands behind it.
  if (plan.changes.every((change) => change.action === 'forget' && change.physicalId === undefined)) return wrongStatus;
  const { phase, lastError } = (await world.store.leases.read(key)) ?? {};
  const context = { stack, externalManagedTags: [], tagListeners, ledger: known };
  const approvedHash = service.metadata.annotations?.['stepbalancer.io/approve-plan'] ?? '';
  const guarded = guardPlan(plan, { context, observed, maxDeletes: cluster.settings.stepbalancer.maxDeletes, recentDeletes: 0, approvedHash });
  if (guarded.blocked && phase === 'Blocked') return guarded.refusals.filter(({ message }) => !warningsAbout(world, name.name).some((warning) => warning.includes(message.slice(0, 200)))).map(({ code }) => `${name.name} is Blocked by ${code}, and no Event says so`);
  return [`${name.name} is ${phase ?? 'new'}`, ...plan.changes.map((change) => `still to be done: ${describeChange(change)}`), ...(lastError ? [`last error: ${lastError.message}`] : []), ...warningsAbout(world, name.name), ...wrongStatus];
}

function blockedState(state: { phase?: string | undefined } | undefined, key: string): string[] {
  return state?.phase === 'Blocked' ? [] : [`${key}: cannot be built, but its phase is ${state?.phase ?? 'none'} and not Blocked`];
}

interface EventObject {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly involvedObject: { readonly name?: string };
}

/** What the object's Events say is wrong. */
function warningsAbout(world: World, name: string): string[] {
  const events = world.objects<EventObject>('events').filter(({ type, involvedObject }) => type === 'Warning' && involvedObject.name === name);
  return events.map(({ reason, message }) => `${reason}: ${message}`);
}
