import { EC2 } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2, type LoadBalancer, type TargetGroup } from '@aws-sdk/client-elastic-load-balancing-v2';
import { parseAllDocuments } from 'yaml';
import { inProcessHandler } from '../../../infra/local/aws/in-process';
import { CLUSTER, openSmallWorld, type SmallWorld, type SmallWorldOptions } from '../../../infra/local/small-world';
import { type ApiObject, type ApiResource, RESOURCES } from '../../../shared/kubernetes/cluster-client';
import type { Account } from '../accounts';
import { followCluster, type ClusterEvents } from '../passes/cluster-events';
import { DEPLOYMENTS, type ServiceName } from '../view';

/** A target as AWS shows it. */
export interface SeenTarget {
  readonly id: string;
  readonly port: number;
  readonly state: string;
}

/** A small world with nodes and pods in which every change of the cluster wakes what it concerns; passes run on a driven clock. */
export interface LivelyWorld extends SmallWorld, ClusterEvents {
  /** Applies manifests, as text or objects, and lets happen what follows until all is quiet. */
  apply(manifests: string | readonly object[]): Promise<void>;
  remove(service: ServiceName): Promise<void>;
  removeNamespace(name: string): Promise<void>;
  hostname(service: ServiceName): Promise<string | undefined>;
  /** Events on a Service: `reason: message`. */
  events(service: ServiceName): Promise<string[]>;
  /** How its key stands: `Healthy`, `Degraded`, `Blocked` …. */
  phase(service: ServiceName): Promise<string | undefined>;
  /** The target groups that the Service's bindings name, in the order of their ports. */
  targetGroups(service: ServiceName): Promise<TargetGroup[]>;
  /** By id and port. */
  targets(group: TargetGroup | undefined): Promise<SeenTarget[]>;
  targetGroupAttributes(group: TargetGroup | undefined): Promise<Record<string, string>>;
  loadBalancers(): Promise<LoadBalancer[]>;
  pods(app: string): Promise<ApiObject[]>;
  nodes(): Promise<ApiObject[]>;
  /** Inbound rules of the nodes' group: `tcp 80-8080 from sg-…`. */
  nodeRules(): string[];
  readonly ec2: EC2;
  /** What of ours the account has. */
  left(): { loadBalancers: number; targetGroups: number; securityGroups: number };
}

interface LivelyOptions extends Pick<SmallWorldOptions, 'quotas'> {
  readonly nodes?: number;
  readonly podFamily?: 'IPv4' | 'IPv6';
}

const KINDS: readonly ApiResource[] = [...Object.values(RESOURCES), DEPLOYMENTS];
const nothing = () => Promise.resolve(true);

/** Opens a world on an account, with three nodes unless another number is given. */
export async function openLivelyWorld(account: Account, { nodes = 3, podFamily = 'IPv4', quotas }: LivelyOptions = {}): Promise<LivelyWorld> {
  const { nodeSubnets: subnets, nodeSecurityGroup: securityGroup, facts } = account;
  const world = await openSmallWorld({ environment: facts, objects: [], nodes: { count: nodes, subnets, securityGroup, podFamily }, ...(quotas ? { quotas } : {}) });
  const events = followCluster(world);
  const config = { region: world.place.region, credentials: { accessKeyId: 'observer', secretAccessKey: 'x' }, requestHandler: inProcessHandler(world.account.aws), maxAttempts: 1 };
  const elbv2 = new ElasticLoadBalancingV2(config);
  const groups = () => [...world.account.ec2.state.open(world.place).groups.values()];
  const before = groups().length;
  return {
    ...world,
    ...events,
    ...cluster(world, events),
    ec2: new EC2(config),
    phase: async ({ namespace = 'default', name }) => (await world.store.leases.read(`svc#${CLUSTER}#${namespace}/${name}`))?.phase,
    async targetGroups(service) {
      const bindings = await world.client.list(RESOURCES.targetGroupBindings, { namespace: service.namespace ?? 'default' });
      const ours = bindings.map(({ spec }) => spec as { serviceRef: { name: string; port: number }; targetGroupARN: string }).filter(({ serviceRef }) => serviceRef.name === service.name);
      const arns = ours.toSorted((a, b) => a.serviceRef.port - b.serviceRef.port).map(({ targetGroupARN }) => targetGroupARN);
      const { TargetGroups = [] } = arns.length === 0 ? {} : await elbv2.describeTargetGroups({ TargetGroupArns: arns });
      return arns.flatMap((arn) => TargetGroups.find(({ TargetGroupArn }) => TargetGroupArn === arn) ?? []);
    },
    async targets(group) {
      const { TargetHealthDescriptions = [] } = await elbv2.describeTargetHealth({ TargetGroupArn: group?.TargetGroupArn });
      const seen = TargetHealthDescriptions.map(({ Target, TargetHealth }) => ({ id: Target?.Id ?? '', port: Target?.Port ?? 0, state: TargetHealth?.State ?? '' }));
      return seen.sort((a, b) => (a.id < b.id ? -1 : 1));
    },
    async targetGroupAttributes(group) {
      const { Attributes = [] } = await elbv2.describeTargetGroupAttributes({ TargetGroupArn: group?.TargetGroupArn });
      return Object.fromEntries(Attributes.map(({ Key = '', Value = '' }) => [Key, Value]));
    },
    loadBalancers: async () => (await elbv2.describeLoadBalancers({})).LoadBalancers ?? [],
    nodeRules() {
      const inbound = groups().find(({ groupId }) => groupId === securityGroup)?.rules.filter(({ egress }) => !egress) ?? [];
      return inbound.map(({ protocol, fromPort, toPort, source }) => `${protocol} ${fromPort}-${toPort} from ${JSON.stringify(source)}`);
    },
    left: () => ({ loadBalancers: [...world.account.elbv2.state.loadBalancers.values()].length, targetGroups: [...world.account.elbv2.state.targetGroups.values()].length, securityGroups: groups().length - before }),
  };
}

/** What a person does and sees with kubectl. */
function cluster({ client }: SmallWorld, { until }: ClusterEvents): Pick<LivelyWorld, 'apply' | 'remove' | 'removeNamespace' | 'hostname' | 'events' | 'pods' | 'nodes'> {
  return {
    async apply(manifests) {
      const objects = typeof manifests === 'string' ? parseAllDocuments(manifests).map((document) => document.toJS() as ApiObject) : (manifests as readonly ApiObject[]);
      for (const object of objects) {
        const resource = KINDS.find(({ kind }) => kind === object.kind);
        if (!resource) throw new Error(`expected a kind that the tests know, found ${String(object.kind)}`);
        await client.apply(resource, object);
      }
      await until(nothing);
    },
    async remove({ namespace = 'default', name }) {
      await client.delete(RESOURCES.services, { namespace, name });
      await until(async () => (await client.get(RESOURCES.services, { namespace, name })) === undefined);
    },
    async removeNamespace(name) {
      await client.delete(RESOURCES.namespaces, { name });
      await until(async () => (await client.get(RESOURCES.namespaces, { name })) === undefined);
    },
    async hostname({ namespace = 'default', name }) {
      const service = await client.get(RESOURCES.services, { namespace, name });
      return (service?.['status'] as { loadBalancer?: { ingress?: { hostname?: string }[] } } | undefined)?.loadBalancer?.ingress?.[0]?.hostname;
    },
    async events({ namespace = 'default', name }) {
      const found = await client.list(RESOURCES.events, { namespace });
      const ofService = found.map((event) => event as unknown as { involvedObject: { kind: string; name: string }; reason: string; message: string }).filter(({ involvedObject }) => involvedObject.kind === 'Service' && involvedObject.name === name);
      return ofService.map(({ reason, message }) => `${reason}: ${message}`);
    },
    pods: async (app) => (await client.list(RESOURCES.pods)).filter(({ metadata }) => metadata.labels?.['app'] === app),
    nodes: () => client.list(RESOURCES.nodes),
  };
}
