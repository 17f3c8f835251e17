import fastJsonPatch, { type Operation } from 'fast-json-patch';
import { createLocalAccount, type LocalAccount } from '../../../infra/local/account';
import { inProcessHandler } from '../../../infra/local/aws/in-process';
import type { Place } from '../../../infra/local/aws/network';
import { applyChange, applyHandovers, removeLeftover } from '../../../shared/apply/apply-change';
import type { ApplyContext } from '../../../shared/apply/apply-context';
import type { AwsClientConfig } from '../../../shared/aws/client-config';
import { createEc2, type Ec2 } from '../../../shared/aws/ec2';
import { createElbv2, type Elbv2 } from '../../../shared/aws/elbv2';
import { createTagging, type Tagging } from '../../../shared/aws/tagging';
import type { LedgerItem } from '../../../shared/contract/items';
import { Settings } from '../../../shared/contract/settings';
import { buildServiceModel } from '../../../shared/desired/service/build-service-model';
import { backendGroupTags, bindingLabels, serviceStack, type Stack } from '../../../shared/desired/tracking';
import { type ApiObject, type ClusterClient, RESOURCES } from '../../../shared/kubernetes/cluster-client';
import type { Service, TargetGroupBinding } from '../../../shared/model/kubernetes';
import { BACKEND_GROUP, type Model, type Observed } from '../../../shared/model/model';
import { discover } from '../../../shared/observe/discover';
import { existingLoadBalancer } from '../../../shared/observe/existing-load-balancer';
import { observeService } from '../../../shared/observe/observe-service';
import { readServiceFacts } from '../../../shared/observe/read-service-facts';
import type { Plan, PlanContext } from '../../../shared/plan/change';
import { garbageOf, makePlan } from '../../../shared/plan/make-plan';
import { drivenWorld } from '../../contracts/driven-aws';

/** A Service's stack on a local AWS of its own, driven step by step through the real clients, without sockets. */
export interface StackOnLocalAws {
  readonly account: LocalAccount;
  readonly place: Place;
  readonly config: AwsClientConfig;
  readonly elbv2: Elbv2;
  readonly ec2: Ec2;
  readonly tagging: Tagging;
  readonly ledger: Map<string, LedgerItem>;
  readonly bindings: Map<string, ApiObject>;
  /** Facts, model, observation, plan: one pass without its writes. */
  plan(service: Service | undefined, extras?: readonly Service[]): Promise<Pass>;
  /** Makes a plan so, with what waits for health. */
  apply(plan: Plan): Promise<void>;
  /** ELBv2 and EC2 reads and writes of an action, by their names. */
  counted(work: () => Promise<unknown>): Promise<{ reads: string[]; writes: string[] }>;
}

export interface Pass {
  readonly model: Model;
  readonly observed: readonly Observed[];
  readonly plan: Plan;
  readonly context: PlanContext;
}

interface Cluster {
  readonly cluster: { readonly name: string; readonly region: string; readonly accountId: string; readonly vpcId: string };
  readonly settings?: unknown;
}

/** Opens a local AWS with this environment in it. */
export function openStack(environment: unknown, stackId = 'default/web'): StackOnLocalAws {
  const account = createLocalAccount({ world: drivenWorld() });
  const place = account.load(environment);
  const { cluster, settings } = environment as Cluster;
  const config = { region: place.region, credentials: { accessKeyId: place.account, secretAccessKey: 'secret' }, requestHandler: inProcessHandler(account.aws), maxAttempts: 1 };
  const clients = { elbv2: createElbv2(config), ec2: createEc2(config), tagging: createTagging(config) };
  const state = { account, place, config, ...clients, ledger: new Map<string, LedgerItem>(), bindings: new Map<string, ApiObject>() };
  const stack = serviceStack(cluster.name, { id: stackId });
  const parsed = Settings.parse(settings ?? {});
  return {
    ...state,
    plan: (service, extras = []) => makePass({ ...state, stack, settings: parsed, cluster }, service, extras),
    apply: (plan) => applyPlan({ ...state, cluster }, plan),
    counted: (work) => counted(account, work),
  };
}

type State = Pick<StackOnLocalAws, 'elbv2' | 'ec2' | 'tagging' | 'ledger' | 'bindings'> & { readonly cluster: Cluster['cluster'] };

async function makePass(state: State & { readonly stack: Stack; readonly settings: Settings }, service: Service | undefined, extras: readonly Service[]): Promise<Pass> {
  const { stack, settings, cluster } = state;
  const ledger = [...state.ledger.values()];
  const { vpcId } = cluster;
  const tagListeners = settings.featureGates.ListenerRulesTagging;
  const discovery = await discover(state, { stack, vpcId, ledger });
  const model = service ? await desiredModel(state, { service, extras, existing: existingLoadBalancer(discovery, { stack, ledger }) }) : { id: stack.id, resources: [] };
  const labels = Object.entries(bindingLabels(stack));
  const bindings = [...state.bindings.values()].filter(({ metadata }) => labels.every(([key, value]) => metadata.labels?.[key] === value)) as unknown as TargetGroupBinding[];
  const observed = await observeService(state, { stack, vpcId, model, ledger, discovery, bindings, tagListeners });
  const context: PlanContext = {
    stack,
    externalManagedTags: settings.externalManagedTags,
    tagListeners,
    ledger: ledger.map(({ id, physicalId, origin }) => ({ id, origin, ...(physicalId === undefined ? {} : { physicalId }) })),
  };
  return { model, observed, plan: makePlan(model, observed, context), context };
}

interface Wanted {
  readonly service: Service;
  readonly extras: readonly Service[];
  readonly existing: ReturnType<typeof existingLoadBalancer>;
}

async function desiredModel(state: State & { readonly settings: Settings }, { service, extras, existing }: Wanted): Promise<Model> {
  const facts = await readServiceFacts(state.ec2, {
    cluster: { id: 'test', ...state.cluster },
    service,
    settings: state.settings,
    ...(existing ? { existingLoadBalancer: existing } : {}),
    readService: async (name) => extras.find(({ metadata }) => metadata.name === name),
  });
  const built = buildServiceModel(facts, state.settings);
  if (built.outcome === 'refused') throw new Error(`refused: ${JSON.stringify(built.problems)}`);
  return built.model;
}

async function applyPlan(state: State, plan: Plan): Promise<void> {
  const context: ApplyContext = {
    ...state,
    cluster: clusterOver(state.bindings),
    ledger: {
      list: async () => [...state.ledger.values()],
      put: async (item) => void state.ledger.set(item.id, item),
      remove: async (id) => void state.ledger.delete(id),
    },
    vpcId: state.cluster.vpcId,
    physicalIds: new Map([...Object.entries(plan.kept), [BACKEND_GROUP, await backendGroup(state)]]),
    now: () => 0,
    loadBalancerCreated: async () => undefined,
  };
  for (const change of plan.changes) await applyChange(context, change);
  await applyHandovers(context, plan.changes);
  for (const leftover of garbageOf(plan)) await removeLeftover(context, leftover);
}

async function backendGroup({ ec2, cluster }: State): Promise<string> {
  const tags = backendGroupTags(cluster.name);
  const [found] = await ec2.describeSecurityGroups(Object.fromEntries(Object.entries(tags).map(([key, value]) => [`tag:${key}`, [value]])));
  return found?.GroupId ?? ec2.createSecurityGroup({ name: 'k8s-traffic-demo', description: 'shared', vpcId: cluster.vpcId, tags });
}

/** As much of a cluster as bindings need. */
function clusterOver(bindings: Map<string, ApiObject>): ClusterClient {
  const keyOf = ({ namespace = '', name }: { namespace?: string; name: string }) => `${namespace}/${name}`;
  const refuse = (): never => {
    throw new Error('the plan touches nothing but bindings in the cluster');
  };
  return {
    get: async (_, name) => bindings.get(keyOf(name)),
    list: async (resource) => (resource === RESOURCES.targetGroupBindings ? [...bindings.values()] : []),
    create: async (_, object) => (bindings.set(keyOf(object.metadata), object), object),
    apply: async (_, object) => (bindings.set(keyOf(object.metadata), object), object),
    patch: async (_, name, patch) => {
      const before = bindings.get(keyOf(name));
      if (!before || patch.type !== 'json') return refuse();
      const after = fastJsonPatch.applyPatch(structuredClone(before), patch.body as Operation[]).newDocument;
      bindings.set(keyOf(name), after);
      return after;
    },
    delete: async (_, name) => void bindings.delete(keyOf(name)),
    recordEvent: refuse,
  };
}

async function counted(account: LocalAccount, work: () => Promise<unknown>): Promise<{ reads: string[]; writes: string[] }> {
  account.aws.log.reset();
  await work();
  const calls = account.aws.log.calls().filter(({ service }) => service === 'elasticloadbalancing' || service === 'ec2');
  const named = (kind: 'read' | 'write') => calls.filter((call) => call.kind === kind).map(({ action }) => action).sort();
  return { reads: named('read'), writes: named('write') };
}

/** A Service as the API server answers it. */
export function aService(annotations: Record<string, string> = {}, ports: Service['spec']['ports'] = [{ name: 'http', protocol: 'TCP', port: 80, targetPort: 8080, nodePort: 30080 }]): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'web',
      namespace: 'default',
      uid: '5f490ef9-8f12-5068-bf71-676d3d5c820a',
      annotations: { 'service.beta.kubernetes.io/aws-load-balancer-nlb-target-type': 'ip', ...Object.fromEntries(Object.entries(annotations).map(([key, value]) => [`service.beta.kubernetes.io/aws-load-balancer-${key}`, value])) },
    },
    spec: { type: 'LoadBalancer', loadBalancerClass: 'service.k8s.aws/nlb', selector: { app: 'web' }, ...(ports ? { ports } : {}) },
  };
}
