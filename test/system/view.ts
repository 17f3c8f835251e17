import { EC2 } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2, type TargetHealthDescription } from '@aws-sdk/client-elastic-load-balancing-v2';
import { SFN } from '@aws-sdk/client-sfn';
import { parseAllDocuments } from 'yaml';
import type { Execution } from '../../infra/local/engine/records';
import { readAccount, type AccountReading } from '../../infra/local/read-account';
import type { Place } from '../../infra/local/aws/network';
import type { LocalAws } from '../../infra/local/aws/server';
import type { LedgerItem, StateItem } from '../../shared/contract/items';
import { formatKey } from '../../shared/contract/keys';
import { createClusterClient } from '../../shared/kubernetes/client';
import type { Transport } from '../../shared/kubernetes/transport';
import type { Store } from '../../shared/store/store';
import { type ApiObject, type ApiResource, type ClusterClient, RESOURCES } from '../../shared/kubernetes/cluster-client';

/** Under this name the tests look and write; everything else in the logs is the system's own doing. */
export const OBSERVER = 'observer';

/** Pauses between looks grow: a quick answer is seen at once, a slow one costs the machine little. */
const POLL_MS = { first: 10, growth: 1.25, longest: 200 };
const PATIENCE_MS = 40_000;

export const DEPLOYMENTS: ApiResource = { group: 'apps', version: 'v1', plural: 'deployments', kind: 'Deployment', namespaced: true };
const KINDS: readonly ApiResource[] = [...Object.values(RESOURCES), DEPLOYMENTS];

/** Which Service; its namespace is `default` if absent. */
export interface ServiceName {
  readonly namespace?: string;
  readonly name: string;
}

/** A Service as the tests look at it. */
export interface SeenService extends ApiObject {
  spec: { type: string; ports: { port: number; nodePort?: number }[] };
  status?: { loadBalancer?: { ingress?: { hostname?: string }[] } };
}

/** An Event as `kubectl get events` shows it. */
export interface SeenEvent {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly count: number;
}

/** An execution as AWS tells of it. */
export type SeenExecution = Pick<Execution, 'arn' | 'name' | 'status' | 'redriveCount'>;

/** Where a system answers, in this process or another. */
export interface Endpoints {
  readonly awsUrl: string;
  readonly place: Place;
  readonly clusterId: string;
  readonly stateMachineArn: string;
  readonly transport: Transport;
  readonly store: Store;
  /** The local AWS's door for whole requests. */
  readonly handle: LocalAws['handle'];
}

/** A person's view of a running system: what kubectl and the aws command line would show. */
export interface View {
  /** The tests' own client of the cluster. */
  readonly kube: ClusterClient;
  readonly elbv2: ElasticLoadBalancingV2;
  readonly ec2: EC2;
  readonly sfn: SFN;
  /** Polls until `probe` answers something that is neither undefined nor false, and answers it. Throws, with what was last seen, when that takes too long. */
  until<Seen>(fact: string, probe: () => Promise<Seen | undefined | false> | Seen | undefined | false, seen?: () => unknown): Promise<Seen>;
  /** Applies a manifest: YAML text, or objects. */
  apply(manifest: string | readonly object[]): Promise<void>;
  annotate(service: ServiceName, annotations: Readonly<Record<string, string | null>>): Promise<void>;
  scale(deployment: ServiceName, replicas: number): Promise<void>;
  remove(service: ServiceName): Promise<void>;
  service(service: ServiceName): Promise<SeenService | undefined>;
  /** What EXTERNAL-IP shows, if anything. */
  hostname(service: ServiceName): Promise<string | undefined>;
  /** Events on a Service, as `kubectl describe` finds them. */
  events(service: ServiceName): Promise<SeenEvent[]>;
  keyOf(service: ServiceName): string;
  state(service: ServiceName): Promise<StateItem | undefined>;
  /** What stepbalancer has noted of what it made for the Service. */
  ledger(service: ServiceName): Promise<LedgerItem[]>;
  /** Waits until every wake-up so far was answered and the phase is one of these. */
  settled(service: ServiceName, ...phases: readonly string[]): Promise<StateItem>;
  targets(service: ServiceName): Promise<TargetHealthDescription[]>;
  /** ARNs of the target groups that the Service's bindings name. */
  targetGroups(service: ServiceName): Promise<string[]>;
  /** Executions of a key, oldest first. */
  executions(service: ServiceName): Promise<SeenExecution[]>;
  /** The account's load balancers, target groups and security groups, and the interfaces of load balancers. */
  account(): Promise<AccountReading & { readonly interfaces: number }>;
}

/** Opens a view of a system. */
export function openView(endpoints: Endpoints): View {
  const { place, awsUrl, transport, clusterId } = endpoints;
  const config = { region: place.region, endpoint: awsUrl, credentials: { accessKeyId: OBSERVER, secretAccessKey: 'local' }, maxAttempts: 1 };
  const kube = createClusterClient({ transport, cluster: clusterId, now: () => Date.now() });
  const clients = { kube, elbv2: new ElasticLoadBalancingV2(config), ec2: new EC2(config), sfn: new SFN(config) };
  return { ...clients, ...clusterView(clients, endpoints), ...awsView(clients, endpoints), until: waitUntil };
}

interface ObjectReference {
  readonly kind?: string;
  readonly name?: string;
  readonly uid?: string;
}

/** As `kubectl describe` looks for Events: by the uid, too. */
function isAbout(reference: ObjectReference, wanted: ObjectReference): boolean {
  return (['kind', 'name', 'uid'] as const).every((field) => wanted[field] === undefined || reference[field] === wanted[field]);
}

type Clients = Pick<View, 'kube' | 'elbv2' | 'ec2' | 'sfn'>;

function clusterView({ kube }: Clients, { clusterId, store }: Endpoints) {
  const at = ({ namespace = 'default', name }: ServiceName) => ({ namespace, name });
  const keyOf = (service: ServiceName) => formatKey({ kind: 'svc', cluster: clusterId, ...at(service) });
  const state = (service: ServiceName) => store.leases.read(keyOf(service));
  const service = async (name: ServiceName) => (await kube.get(RESOURCES.services, at(name))) as SeenService | undefined;
  const events = async (name: ServiceName): Promise<SeenEvent[]> => {
    const uid = (await service(name))?.metadata.uid;
    const found = await kube.list(RESOURCES.events, { namespace: at(name).namespace });
    const own = found.filter((event) => isAbout(event['involvedObject'] as ObjectReference, { kind: 'Service', name: name.name, ...(uid === undefined ? {} : { uid }) }));
    return own.map((event) => ({ type: String(event['type']), reason: String(event['reason']), message: String(event['message']), count: Number(event['count'] ?? 1) }));
  };
  return {
    keyOf,
    state,
    ledger: (name: ServiceName) => store.ledger.list(keyOf(name)),
    service,
    events,
    hostname: async (name: ServiceName) => (await service(name))?.status?.loadBalancer?.ingress?.[0]?.hostname,
    async apply(manifest: string | readonly object[]) {
      const objects = typeof manifest === 'string' ? parseAllDocuments(manifest).map((document) => document.toJS() as ApiObject) : (manifest as readonly ApiObject[]);
      for (const object of objects) await kube.apply(kindOf(object), { ...object, metadata: { ...(kindOf(object).namespaced ? { namespace: 'default' } : {}), ...object.metadata } });
    },
    annotate: async (name: ServiceName, annotations: Readonly<Record<string, string | null>>) => void (await kube.patch(RESOURCES.services, at(name), { type: 'merge', body: { metadata: { annotations } } })),
    scale: async (name: ServiceName, replicas: number) => void (await kube.patch(DEPLOYMENTS, at(name), { type: 'merge', body: { spec: { replicas } } })),
    remove: (name: ServiceName) => kube.delete(RESOURCES.services, at(name)),
    settled: (name: ServiceName, ...phases: readonly string[]) => {
      let seen: StateItem | undefined;
      const probe = async () => {
        seen = await state(name);
        return seen !== undefined && seen.gen === seen.doneGen && seen.owner === undefined && phases.includes(seen.phase ?? '') && seen;
      };
      return waitUntil(`${keyOf(name)} is at rest as ${phases.join(' or ')}`, probe, () => seen);
    },
  };
}

function awsView({ kube, elbv2, ec2, sfn }: Clients, { clusterId, stateMachineArn, place, handle }: Endpoints) {
  const targetGroups = async ({ namespace = 'default', name }: ServiceName) => {
    const bindings = await kube.list(RESOURCES.targetGroupBindings, { namespace, labelSelector: `service.k8s.aws/stack-name=${name}` });
    return bindings.map((binding) => (binding['spec'] as { targetGroupARN: string }).targetGroupARN);
  };
  return {
    targetGroups,
    async targets(name: ServiceName) {
      const arns = await targetGroups(name);
      const health = await Promise.all(arns.map((TargetGroupArn) => elbv2.describeTargetHealth({ TargetGroupArn })));
      return health.flatMap(({ TargetHealthDescriptions = [] }) => TargetHealthDescriptions);
    },
    async executions({ namespace = 'default', name }: ServiceName): Promise<SeenExecution[]> {
      const key = formatKey({ kind: 'svc', cluster: clusterId, namespace, name });
      const slug = key.replace(/[^a-zA-Z0-9]+/g, '-');
      const { executions = [] } = await sfn.listExecutions({ stateMachineArn, maxResults: 1000 });
      const own = executions.filter((execution) => new RegExp(`^${slug}-\\d+-[0-9a-f]{8}$`).test(execution.name ?? ''));
      return own.toReversed().map(({ executionArn = '', name: executionName = '', status = 'RUNNING', redriveCount = 0 }) => ({ arn: executionArn, name: executionName, status: status as SeenExecution['status'], redriveCount }));
    },
    async account() {
      const reading = await readAccount({ aws: { handle: (request, options) => handle(asObserver(request, place.account), options) }, place });
      const { NetworkInterfaces = [] } = await ec2.describeNetworkInterfaces({});
      return { ...reading, interfaces: NetworkInterfaces.filter(({ Description = '' }) => Description.startsWith('ELB ')).length };
    },
  };
}

/** The same request under the tests' own name. */
function asObserver<Request extends { readonly headers: Readonly<Record<string, string>> }>(request: Request, account: string): Request {
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, name.toLowerCase() === 'authorization' ? value.replace(`Credential=${account}/`, `Credential=${OBSERVER}/`) : value]));
  return { ...request, headers };
}

function kindOf({ kind }: ApiObject): ApiResource {
  const found = KINDS.find((resource) => resource.kind === kind);
  if (!found) throw new Error(`expected a kind that the tests know, found ${kind ?? 'none'}`);
  return found;
}

/** See `View.until`. */
export async function waitUntil<Seen>(fact: string, probe: () => Promise<Seen | undefined | false> | Seen | undefined | false, seen?: () => unknown): Promise<Seen> {
  const deadline = Date.now() + PATIENCE_MS;
  for (let pause = POLL_MS.first; ; pause = Math.min(pause * POLL_MS.growth, POLL_MS.longest)) {
    const answer = await probe();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > deadline) throw new Error(`expected that ${fact} within ${PATIENCE_MS / 1000} s; it did not happen${seen ? `. Last seen: ${JSON.stringify(await seen())}` : ''}`);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
