import type { ClusterItem, LedgerItem } from '../contract/items';
import { PlanStaleError } from '../contract/errors';
import { READ_LAG_MS } from '../contract/read-lag';
import type { MakePlanOutput, StepInput } from '../contract/steps';
import { digestInputs } from '../desired/inputs-hash';
import { buildServiceModel } from '../desired/service/build-service-model';
import { serviceOwnership } from '../desired/service/ownership';
import { abandonment, servedByAnother } from '../desired/service/abandonment';
import { bindingSelector, serviceStack } from '../desired/tracking';
import { type ClusterClient, RESOURCES } from '../kubernetes/cluster-client';
import type { Service, TargetGroupBinding } from '../model/kubernetes';
import { BACKEND_GROUP, type Model, type Observed } from '../model/model';
import type { ObjectRef, Problem } from '../model/problem';
import { openCluster, parseServiceKey, readService } from '../observe/cluster-access';
import { discover } from '../observe/discover';
import { observeService } from '../observe/observe-service';
import type { Plan, PlanContext } from '../plan/change';
import { countedDeletions } from '../plan/counted-deletions';
import { planHash } from '../plan/format-plan';
import { type GuardedPlan, guardPlan, type PlanLimits } from '../plan/guard-plan';
import { garbageOf, makePlan } from '../plan/make-plan';
import type { Holder } from '../store/store';
import { lookAhead, type PlanDeps } from './look-ahead';
import { savePlan } from './plan-record';
import { loadPassFacts, type PassDeps, type PassFacts } from './service-pass';

/** The annotation by which a person approves one plan, by its hash. */
const APPROVAL = 'stepbalancer.io/approve-plan';

/** Facts to desired model, model against AWS; guards and keeps the plan. Writes nothing anywhere else. */
export async function planService(deps: PlanDeps, input: StepInput): Promise<MakePlanOutput> {
  const state = await deps.store.leases.check(input);
  const name = parseServiceKey(input.key);
  const { cluster, client } = await openCluster({ clusters: deps.store.clusters, clusterClient: deps.clusterClient }, name.cluster);
  const [facts, service, ledger] = [await loadPassFacts(deps, { holder: input, settings: cluster.settings }), await readService(client, name), await deps.store.ledger.list(input.key)];
  expectSameInputs(facts, service, cluster);
  const object: ObjectRef = { group: '', resource: 'services', namespace: name.namespace, name: name.name, ...(service?.metadata.uid ? { uid: service.metadata.uid } : {}) };

  const desired = decide({ facts, cluster, modelId: `${name.namespace}/${name.name}` });
  if (desired.model === undefined) return keep(deps, input, { outcome: 'blocked', plan: emptyPlan(name), problems: [...facts.problems, ...desired.problems], facts });

  // A deletion that was under way and is not wanted any more is over.
  if (!desired.deleting && state.deletingSince !== undefined) await deps.store.leases.update(input, { deletingSince: null });

  const observedAt = deps.now();
  const context = planContext({ cluster, model: desired.model, ledger, youngSince: observedAt - READ_LAG_MS * deps.factor });
  const observed = await observe(deps, { cluster, client, model: desired.model, ledger, facts, context });
  const plan = makePlan(desired.model, observed, context);
  const limits = { context, observed, whole: desired.deleting, underWay: desired.deleting && state.deletingSince !== undefined, ...desired.surprise, ...approval(service) };
  const { guarded, againAt } = await guard(deps, { plan, limits, cluster });
  if (cluster.mode === 'own') await noteLoadBalancer(deps, input, { service, hostname: state.hostname, observed, plan });
  const ahead = await lookAhead(deps, { plan, observed, facts: facts.facts, cluster, client });
  const problems = [...facts.problems, ...desired.problems, ...ahead.problems, ...guarded.refusals.map(({ code, message }): Problem => ({ code, message, object }))];
  const kept = { problems, facts: { ...facts, at: observedAt }, approved: guarded.approved, unchangedInputs: facts.inputsHash !== '' && state.inputsHash === facts.inputsHash, againAt: againAt ?? ahead.againAt, needsBackendGroup: JSON.stringify(desired.model).includes(`"ref":"${BACKEND_GROUP}"`) };
  if (guarded.blocked || facts.problems.length > 0 || ahead.problems.length > 0) return keep(deps, input, { ...kept, outcome: 'blocked', plan: guarded.proposed });
  if (cluster.mode !== 'own' && !(cluster.mode === 'forgotten' && desired.deleting)) return keep(deps, input, { ...kept, outcome: 'blocked', plan: guarded.plan });
  return keep(deps, input, { ...kept, outcome: outcomeOf(guarded.plan, desired.deleting), plan: guarded.plan });
}

interface KeptBalancer {
  readonly service: Service | undefined;
  readonly hostname: string | undefined;
  readonly observed: readonly Observed[];
  readonly plan: Plan;
}

/**
 * A load balancer that was taken over is in our books from now on; not while one that is to go still serves. Where the status names another hostname, somebody else
 * wrote it there: taking over changes nothing.
 */
async function noteLoadBalancer({ store }: PassDeps, holder: Holder, { service, hostname, observed, plan }: KeptBalancer): Promise<void> {
  const kept = observed.find(({ type, physicalId }) => type === 'load-balancer' && Object.values(plan.kept).includes(physicalId));
  const found = kept?.dnsName?.toLowerCase();
  const told = service?.status?.loadBalancer?.ingress?.[0]?.hostname;
  if (!kept || found === undefined || found === hostname || (hostname === undefined && told !== undefined && told !== found) || garbageOf(plan).some(({ type }) => type === 'load-balancer')) return;
  await store.leases.update(holder, { arn: kept.physicalId, hostname: found });
}

interface Observe {
  readonly cluster: ClusterItem;
  readonly client: ClusterClient;
  readonly model: Model;
  readonly ledger: readonly LedgerItem[];
  readonly facts: PassFacts;
  readonly context: PlanContext;
}

/** Both worlds: what AWS has of the stack, and its bindings in the cluster. */
async function observe(deps: PassDeps, { cluster, client, model, ledger, facts, context: { stack, tagListeners } }: Observe): Promise<Observed[]> {
  const { vpcId } = cluster;
  const discovery = facts.discovery ?? (await discover(deps, { stack, vpcId, ledger }));
  const bindings = (await client.list(RESOURCES.targetGroupBindings, { labelSelector: bindingSelector(stack) })) as unknown as TargetGroupBinding[];
  return observeService(deps, { stack, vpcId, model, ledger, discovery, bindings, tagListeners });
}

interface Guard {
  readonly plan: Plan;
  readonly limits: Omit<PlanLimits, 'maxDeletes' | 'recentDeletes'>;
  readonly cluster: ClusterItem;
}

/** Judges a plan, beside the deletions that were made in the cluster lately: one read of the table, and only where the plan deletes something that counts. */
async function guard({ store }: PassDeps, { plan, limits, cluster }: Guard): Promise<{ guarded: GuardedPlan; againAt: number | undefined }> {
  const { maxDeletes } = cluster.settings.stepbalancer;
  const ids = countedDeletions(plan, { whole: limits.whole ?? false });
  const recent = ids.length === 0 ? [] : (await store.deletions.recent(cluster.id)).filter(({ id }) => !ids.includes(id));
  const guarded = guardPlan(plan, { ...limits, maxDeletes, recentDeletes: recent.length });
  const tooMany = guarded.blocked && guarded.refusals.some(({ code }) => code === 'PlanTooManyDeletions');
  const inTheWay = recent.length + ids.length - maxDeletes;
  return { guarded, againAt: tooMany ? recent.map(({ countsUntil }) => countsUntil).toSorted((a, b) => a - b)[inTheWay - 1] : undefined };
}

/** The manifest may have moved on since ResolveSubnets read it; then the facts are read again. */
function expectSameInputs(facts: PassFacts, service: Service | undefined, cluster: ClusterItem): void {
  const seen = facts.facts;
  if (!seen && service && serviceOwnership(service, cluster.settings).ours) throw new PlanStaleError('the Service is there again; its facts are read');
  if (!seen) return;
  const hash = service && digestInputs({ service, extraServices: seen.extraServices, settings: cluster.settings, mode: cluster.mode });
  if (hash !== facts.inputsHash) throw new PlanStaleError('the Service changed while its plan was made; its facts are read again');
}

interface Decision {
  /** Absent: nothing can be built, and what exists goes on serving. */
  readonly model?: Model;
  readonly problems: readonly Problem[];
  readonly deleting: boolean;
  /** What a person would not expect of a mere change of words. */
  readonly surprise?: Pick<PlanLimits, 'abandoned' | 'servedByAnother'>;
}

/** What should be there: a model, nothing (an empty model), or what it is today because of a problem. */
function decide({ facts, cluster, modelId }: { facts: PassFacts; cluster: ClusterItem; modelId: string }): Decision {
  const nothing: Decision = { model: { id: modelId, resources: [] }, problems: [], deleting: true };
  if (!facts.facts) return nothing;
  const built = buildServiceModel(facts.facts, cluster.settings);
  if (built.outcome === 'refused') return { problems: built.problems, deleting: false };
  if (built.outcome === 'none') return { ...nothing, ...(built.why === 'not-selected' ? { surprise: abandonment(facts.facts.service) } : {}) };
  return { model: built.model, problems: built.problems, deleting: false, surprise: servedByAnother(facts.facts.service) };
}

function planContext({ cluster, model, ledger, youngSince }: { cluster: ClusterItem; model: Model; ledger: readonly LedgerItem[]; youngSince: number }): PlanContext {
  return {
    stack: serviceStack(cluster.name, model),
    externalManagedTags: cluster.settings.externalManagedTags,
    tagListeners: cluster.settings.featureGates.ListenerRulesTagging,
    ledger: ledger.map(({ id, physicalId, origin, at }) => ({ id, origin, young: at > youngSince, ...(physicalId === undefined ? {} : { physicalId }) })),
  };
}

function approval(service: Service | undefined): { approvedHash?: string } {
  const hash = service?.metadata.annotations?.[APPROVAL];
  return hash === undefined ? {} : { approvedHash: hash };
}

/** `delete` also where only traces are left: a finalizer, a hostname, or lines in the ledger. Where there are none, ResolveSubnets has ended the pass. */
function outcomeOf(plan: Plan, deleting: boolean): MakePlanOutput['outcome'] {
  if (deleting) return 'delete';
  return plan.changes.length > 0 ? 'apply' : 'noop';
}

const emptyPlan = ({ namespace, name }: { namespace: string; name: string }): Plan => ({ modelId: `${namespace}/${name}`, changes: [], kept: {} });

interface Keep {
  readonly outcome: MakePlanOutput['outcome'];
  readonly plan: Plan;
  readonly problems: readonly Problem[];
  readonly facts: PassFacts;
  readonly needsBackendGroup?: boolean;
  readonly approved?: boolean;
  readonly unchangedInputs?: boolean;
  readonly againAt?: number | undefined;
}

/** The id names the pass and what would be done, so that a plan made again for the same pass replaces itself. */
async function keep({ store }: PassDeps, holder: Holder, { outcome, plan, problems, facts, needsBackendGroup = false, approved = false, unchangedInputs = false, againAt }: Keep): Promise<MakePlanOutput> {
  const planId = `${holder.lease.runGen}-${holder.lease.fence}-${holder.lease.pass}-${planHash(plan)}`;
  await savePlan(store, holder, { planId, plan: outcome === 'delete' || plan.changes.length > 0 ? plan : undefined, notes: { v: 1, outcome, problems, inputsHash: facts.inputsHash, observedAt: facts.at, needsBackendGroup, approved, unchangedInputs, ...(againAt === undefined ? {} : { againAt }) } });
  return { outcome, planId };
}

