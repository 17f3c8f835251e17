import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { parseEnvironment } from '../../infra/cli/vectors/environment';
import { serviceFacts } from '../../infra/cli/vectors/answer-service';
import type { PlainObject } from '../../infra/cli/vectors/merge-deeply';
import { buildServiceModel } from '../../shared/desired/service/build-service-model';
import { Settings } from '../../shared/contract/settings';
import { bindingLabels, serviceStack, tagsInAws } from '../../shared/desired/tracking';
import { matchTargets } from '../../shared/desired/targets/match-targets';
import { requiredRules } from '../../shared/desired/targets/required-rules';
import { resolveTargets } from '../../shared/desired/targets/resolve-targets';
import type { Target, TargetFacts } from '../../shared/desired/targets/target';
import type { ServiceFacts } from '../../shared/model/facts';
import type { Pod } from '../../shared/model/kubernetes';
import type { Model, Observed } from '../../shared/model/model';
import type { Plan, PlanContext } from '../../shared/plan/change';
import { formatPlan } from '../../shared/plan/format-plan';
import { guardPlan } from '../../shared/plan/guard-plan';
import { makePlan } from '../../shared/plan/make-plan';
import { digestWish } from '../../shared/targets/digest';
import { aService } from '../system/manifests';

/** How long one piece of pure code takes at one size. */
export interface PureTime {
  readonly what: string;
  readonly size: number;
  readonly unit: 'ports' | 'targets';
  readonly medianMs: number;
  /** The tenth and the ninetieth of a hundred. */
  readonly spreadMs: readonly [number, number];
  /** As a multiple of the smallest size of the same code. Sizes grow fifty times: about 50 is linear, 2500 quadratic. */
  readonly ratio: number;
}

const WARM_UP = 20;
const settings = Settings.parse({});
const environment = parse(readFileSync(join(import.meta.dirname, '../vectors/environments/svc-three-zones.yaml'), 'utf8')) as PlainObject;
const cluster = parseEnvironment(environment).cluster;
const stack = serviceStack(cluster.name, { id: 'default/web' });

/** Measures everything, each `runs` times. */
export function measurePureTimes({ runs }: { readonly runs: number }): PureTime[] {
  const services = [1, 50].map((ports) => servicePieces(ports));
  const targets = [10, 500].map((count) => targetPieces(count));
  return [...compare(services, { unit: 'ports', runs }), ...compare(targets, { unit: 'targets', runs })];
}

interface Pieces {
  readonly size: number;
  readonly pieces: Readonly<Record<string, () => unknown>>;
}

function compare(sizes: readonly Pieces[], { unit, runs }: Pick<PureTime, 'unit'> & { runs: number }): PureTime[] {
  const smallest = new Map<string, number>();
  const measured = sizes.flatMap(({ size, pieces }) =>
    Object.entries(pieces).map(([what, piece]): PureTime => {
      const { medianMs, spreadMs } = timeOf(piece, runs);
      if (!smallest.has(what)) smallest.set(what, medianMs);
      return { what, size, unit, medianMs, spreadMs, ratio: medianMs / (smallest.get(what) ?? medianMs) };
    }),
  );
  const order = Object.keys(sizes[0]?.pieces ?? {});
  return measured.toSorted((a, b) => order.indexOf(a.what) - order.indexOf(b.what) || a.size - b.size);
}

function timeOf(piece: () => unknown, runs: number): Pick<PureTime, 'medianMs' | 'spreadMs'> {
  for (let run = 0; run < WARM_UP; run += 1) piece();
  const times = Array.from({ length: runs }, () => {
    const from = performance.now();
    piece();
    return performance.now() - from;
  }).sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return { medianMs: at(0.5), spreadMs: [at(0.1), at(0.9)] };
}

/** A Service with so many ports, from its facts to its plan. */
function servicePieces(ports: number): Pieces {
  const facts = factsOf(ports);
  const model = modelOf(facts);
  const observed = asObserved(model);
  const context = contextOf(observed);
  const creation = makePlan(model, [], contextOf([]));
  const nothing = makePlan(model, observed, context);
  if (nothing.changes.length > 0) throw new Error(`the plan of what is there already should be empty, found ${formatPlan(nothing)}`);
  const limits = (plan: Plan) => guardPlan(plan, { context, observed, maxDeletes: 10, recentDeletes: 0 });
  return {
    size: ports,
    pieces: {
      'facts to model': () => buildServiceModel(facts, settings),
      'plan of a creation': () => makePlan(model, [], contextOf([])),
      'plan of a drift check': () => makePlan(model, observed, context),
      'safety rules': () => limits(nothing),
      'plan as text': () => formatPlan(creation),
      'facts, model, plan and safety rules': () => limits(makePlan(modelOf(facts), observed, context)),
    },
  };
}

function factsOf(ports: number): ServiceFacts {
  const service = aService('web') as unknown as PlainObject & { spec: PlainObject };
  const list = Array.from({ length: ports }, (_, index) => ({ name: `port-${index}`, port: 8000 + index, targetPort: 8080, protocol: 'TCP' }));
  const objects = [{ ...service, metadata: { ...(service['metadata'] as PlainObject), uid: '6a333187-e34b-59ce-b685-a9bd1c837df8' }, spec: { ...service.spec, ports: list } }];
  const vector = { file: 'in memory', environment, objects, subject: { kind: 'Service', namespace: 'default', name: 'web' }, document: {} };
  return serviceFacts(vector, parseEnvironment(environment));
}

function modelOf(facts: ServiceFacts): Model {
  const built = buildServiceModel(facts, settings);
  if (built.outcome !== 'load-balancer') throw new Error(`expected a model, found ${built.outcome}`);
  return built.model;
}

/** The model as AWS has it once it was made. */
function asObserved({ resources }: Model): Observed[] {
  const labels = bindingLabels(stack);
  return resources.map((resource): Observed => {
    const physicalId = `physical:${resource.id}`;
    if (resource.type !== 'target-group-binding') return { ...resource, physicalId, observedTags: tagsInAws(stack, resource) };
    const { template } = resource.spec;
    return { ...resource, spec: { ...resource.spec, template: { ...template, metadata: { ...template.metadata, labels } } }, physicalId, observedTags: labels };
  });
}

function contextOf(observed: readonly Observed[]): PlanContext {
  return { stack, externalManagedTags: [], tagListeners: true, ledger: observed.map(({ id, physicalId }) => ({ id, physicalId, origin: 'created' })) };
}

/** So many pods behind one port. */
function targetPieces(count: number): Pieces {
  const facts = targetFacts(count);
  const resolution = resolveTargets(facts);
  const targets: readonly Target[] = resolution.outcome === 'resolved' ? resolution.targets : [];
  if (targets.length !== count) throw new Error(`expected ${count} targets, found ${targets.length}`);
  const observed = targets.map(({ id, port }) => ({ id, port, state: 'healthy' }));
  const byGroup = new Map([['sg-1', { pods: [...facts.pods] }]]);
  return {
    size: count,
    pieces: {
      'endpoints to targets': () => resolveTargets(facts),
      'targets against AWS': () => matchTargets({ desired: targets, observed, quic: false }),
      'rules of their groups': () => requiredRules(facts.binding, byGroup),
      'has anything changed': () => digestWish({ resolution, facts, settings }),
    },
  };
}

/** Slices hold at most 100 endpoints (Kubernetes: EndpointSlices). */
const PER_SLICE = 100;

function targetFacts(count: number): TargetFacts {
  const address = (index: number) => `10.0.${Math.floor(index / 250)}.${(index % 250) + 1}`;
  const pods = Array.from({ length: count }, (_, index) => ({
    metadata: { name: `web-${index}`, namespace: 'default', uid: `uid-${index}` },
    spec: { nodeName: `node-${index % 50}`, containers: [{ name: 'web', ports: [{ containerPort: 8080 }] }] },
    status: { podIP: address(index), conditions: [{ type: 'ContainersReady', status: 'True' }] },
  })) as unknown as Pod[];
  const endpoints = pods.map(({ metadata }, index) => ({ addresses: [address(index)], conditions: { ready: true }, targetRef: { kind: 'Pod', name: metadata.name, namespace: 'default' } }));
  const slices = Array.from({ length: Math.ceil(count / PER_SLICE) }, (_, index) => ({ metadata: { name: `web-${index}` }, addressType: 'IPv4', ports: [{ name: '', port: 8080, protocol: 'TCP' }], endpoints: endpoints.slice(index * PER_SLICE, (index + 1) * PER_SLICE) }));
  const networking = { ingress: [{ from: [{ securityGroup: { groupID: 'sg-2' } }], ports: [{ protocol: 'TCP', port: 8080 }] }] };
  const binding = { metadata: { name: 'web', namespace: 'default' }, spec: { targetGroupARN: 'arn', targetType: 'ip', ipAddressType: 'ipv4', serviceRef: { name: 'web', port: 80 }, networking } };
  return {
    binding,
    service: { metadata: { name: 'web', namespace: 'default' }, spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080, protocol: 'TCP' }] } },
    slices,
    pods,
    nodes: [],
    failOpen: true,
    quicEnvironmentVariable: '',
  };
}
