import { chanceOf, type Chance } from '../chance';
import { someEdit } from './edits';
import { CALL_FAULTS, LEAST, OTHER_FAULTS, type Deed, type Fault, type FaultKind, type Move, type PortTemplate, type ServiceTemplate, type Story } from './story';

/** Services that stories are about. */
export const SERVICES = ['web', 'api', 'admin'] as const;
const DEPLOYMENTS = { web: 8080, api: 9090 } as const;

/** From how many moves those are chosen that make up for others: far more than a run needs. */
const SPARE_MOVES = 40;
/** How many stories begin with a load balancer of LBC. */
const ADOPTS = 0.15;

/** What the generator believes of a Service: enough to make moves that mean something. */
interface Believed {
  exists: boolean;
  readonly targetPort: number;
}

/** All that is decided beforehand about the run of a seed: at least ten moves of the user, at least five faults, and what makes up for those that come to nothing. */
export function writeStory(seed: number): Story {
  const chance = chanceOf(seed, 'story');
  const services = new Map<string, Believed>();
  const moves = writeMoves(chance, services);
  return { seed, moves, faults: writeFaults(chance, moves), spare: writeSpare(chanceOf(seed, 'spare'), services), driftCheckAfter: chance.pick(['3m', '10m']) };
}

function writeMoves(chance: Chance, services: Map<string, Believed>): Move[] {
  const moves: Move[] = [];
  let at = 500 + chance.between(0, 2000);
  if (chance.happens(ADOPTS)) moves.push({ at, deed: adopt(chance, services) });
  if (moves.length > 0) at += pauseMs(chance);
  while (moves.filter(({ deed }) => isSure(deed)).length < LEAST.moves) {
    moves.push({ at, deed: nextDeed(chance, services) });
    at += pauseMs(chance);
  }
  return moves;
}

/** Goes on from what the moves leave: another Service's ports would be ports on which no pod answers, and its targets never healthy. */
function writeSpare(chance: Chance, services: Map<string, Believed>): Deed[] {
  return Array.from({ length: SPARE_MOVES }, () => nextDeed(chance, services)).filter(isSure);
}

/** Moves that find something to do wherever their Service is there, or not there, as the story believes. */
function isSure({ kind }: Deed): boolean {
  return !kind.startsWith('aws-') && !['abort', 'redrive-all', 'approve', 'delete-binding', 'delete-node', 'delete-pod'].includes(kind);
}

/** Often at once, sometimes after a while, sometimes when everything has come to rest. */
function pauseMs(chance: Chance): number {
  const [from, to] = chance.weigh([
    [25, [0, 1500]],
    [35, [1500, 30_000]],
    [25, [30_000, 120_000]],
    [15, [120_000, 360_000]],
  ] as const);
  return chance.between(from, to);
}

function nextDeed(chance: Chance, services: Map<string, Believed>): Deed {
  const existing = [...services].filter(([, { exists }]) => exists).map(([name]) => name);
  const missing = SERVICES.filter((name) => !existing.includes(name));
  if (existing.length === 0) return create(chance, services, chance.pick(missing));
  const service = chance.pick(existing);
  const believed = services.get(service) as Believed;
  const deployment = chance.pick(['web', 'api']);
  return chance.weigh<() => Deed>([
    [missing.length > 0 ? (existing.length > 1 ? 4 : 10) : 0, () => create(chance, services, chance.pick(missing))],
    [18, () => annotate(chance, service)],
    [9, () => ({ kind: 'ports', service, ports: somePorts(chance, believed.targetPort) })],
    [14, () => ({ kind: 'scale', deployment, replicas: chance.weigh([[1, 0], [3, 1], [3, 2], [3, 3], [2, 4]]) })],
    [12, () => ((believed.exists = false), { kind: 'delete', service })],
    [4, () => ({ kind: 'source-ranges', service, ranges: chance.pick([[], ['10.0.0.0/8'], ['192.0.2.0/24', '198.51.100.0/24']]) })],
    [3, () => ({ kind: 'traffic-policy', service, policy: chance.pick(['Local', 'Cluster']) })],
    [3, () => ({ kind: 'type', service, type: chance.pick(['ClusterIP', 'LoadBalancer']) })],
    [4, () => ({ kind: 'delete-pod', deployment })],
    [2, () => ({ kind: 'add-node' })],
    [2, () => ({ kind: 'delete-node' })],
    [1, () => ({ kind: 'delete-binding', service })],
    [8, () => ({ kind: 'approve', service })],
    [2, () => ({ kind: 'aws-attribute', service })],
    [1.5, () => ({ kind: 'aws-tag', service })],
    [2, () => ({ kind: 'aws-listener', service })],
    [1, () => ({ kind: 'aws-target', service })],
    [1, () => ({ kind: 'aws-node-rule' })],
    [2, () => ({ kind: 'aws-frontend-rule', service })],
    [7, () => ({ kind: 'abort', redriveAfterMs: chance.weigh([[4, undefined], [3, chance.between(500, 30_000)], [3, chance.between(60_000, 1_200_000)]]), twice: chance.happens(0.2) })],
    [3, () => ({ kind: 'redrive-all', twice: chance.happens(0.3) })],
  ])();
}

function create(chance: Chance, services: Map<string, Believed>, service: string): Deed {
  const deployment = chance.pick(['web', 'api'] as const);
  const targetPort = DEPLOYMENTS[deployment];
  const ports = somePorts(chance, targetPort);
  services.set(service, { exists: true, targetPort });
  const template: ServiceTemplate = {
    deployment,
    targetType: chance.weigh([[3, 'ip'], [2, 'instance']]),
    scheme: chance.pick(['internal', 'internet-facing']),
    ports,
    annotations: chance.happens(0.4) ? Object.fromEntries([someEdit(chance, service, othersThan(service))].flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))) : {},
  };
  return { kind: 'create', service, template };
}

const othersThan = (service: string) => SERVICES.filter((name) => name !== service);

/** A Service that LBC could have built as we do: TCP ports, nothing else said. */
function adopt(chance: Chance, services: Map<string, Believed>): Deed {
  const deed = create(chance, services, chance.pick(SERVICES)) as Extract<Deed, { kind: 'create' }>;
  const ports = deed.template.ports.map(({ port, targetPort }) => ({ port, targetPort })).filter(({ port }, index, all) => all.findIndex((other) => other.port === port) === index);
  return { kind: 'adopt', service: deed.service, template: { ...deed.template, ports, annotations: {} } };
}

function annotate(chance: Chance, service: string): Deed {
  const [annotation, value] = someEdit(chance, service, othersThan(service));
  return { kind: 'annotate', service, annotation, value };
}

function somePorts(chance: Chance, targetPort: number): PortTemplate[] {
  const numbers = chance.pick([[80], [80], [443], [80, 443], [80, 81, 443], [8080]]);
  const ports = numbers.map((port) => ({ port, targetPort }));
  const extra = chance.weigh<PortTemplate | undefined>([[8, undefined], [1, { port: 53, targetPort, protocol: 'UDP' }], [1, { port: 80, targetPort, protocol: 'UDP' }]]);
  return extra ? [...ports, extra] : ports;
}

function writeFaults(chance: Chance, moves: readonly Move[]): Fault[] {
  const count = chance.between(6, 13);
  const kinds: readonly (readonly [number, FaultKind])[] = [...CALL_FAULTS.map((kind) => [kind.startsWith('killed') ? 6 : 2.5, kind] as const), ...OTHER_FAULTS.map((kind) => [1, kind] as const)];
  const faults = Array.from({ length: count }, (): Fault => {
    const move = chance.pick(moves);
    return { kind: chance.weigh(kinds), at: move.at + chance.between(0, chance.pick([3000, 20_000, 90_000])), skip: chance.between(0, chance.pick([3, 12, 40])), size: chance.next() };
  });
  return faults.sort((a, b) => a.at - b.at);
}
