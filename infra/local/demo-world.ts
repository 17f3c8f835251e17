import { ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { createEc2 } from '../../shared/aws/ec2';
import { createElbv2, type LoadBalancer, type TargetGroup } from '../../shared/aws/elbv2';
import { formatKey } from '../../shared/contract/keys';
import { type ApiObject, type ApiResource, type ClusterClient, RESOURCES } from '../../shared/kubernetes/cluster-client';
import { defaultIds } from './aws/default-environment';
import { clusterTransport } from './cluster-transport';
import type { DemoFigures, DemoScreen } from './demo-screen';
import type { LocalSystem } from './system';

/** The demo's own user agent: its looks at the result are not counted as the system's calls. */
const OBSERVER = 'demo-observer';
const WAIT_MS = 45_000;
const POLL_MS = 60;
const OUR_TAGS = ['elbv2.k8s.aws/cluster'];
const OUR_RULE = 'elbv2.k8s.aws/targetGroupBinding=shared';

interface AppName {
  readonly namespace: string;
  readonly service: string;
}

/** A person's view of the system: what kubectl and the aws command line would show, and checks that fail the demo. */
export interface DemoWorld {
  readonly client: ClusterClient;
  /** Throws where the fact does not hold. */
  check(fact: string, holds: boolean): void;
  /** Waits for a fact, showing progress; throws after 45 s. */
  until(fact: string, holds: () => Promise<boolean>): Promise<void>;
  apply(objects: readonly Record<string, unknown>[]): Promise<void>;
  service(app: AppName): Promise<{ hostname: string | undefined }>;
  phase(app: AppName): Promise<string | undefined>;
  loadBalancers(): Promise<LoadBalancer[]>;
  attribute(loadBalancerArn: string, key: string): Promise<string | undefined>;
  targetGroups(): Promise<TargetGroup[]>;
  targets(): Promise<{ id: string; state: string }[]>;
  ourSecurityGroups(): Promise<string[]>;
  ourNodeRules(): Promise<number>;
  failedExecutions(): Promise<number>;
  /** Calls of the system since its start, and its executions. */
  figures(): DemoFigures;
}

const COLLECTIONS: readonly ApiResource[] = [...Object.values(RESOURCES), { group: 'apps', version: 'v1', plural: 'deployments', kind: 'Deployment', namespaced: true }];

/** Watches the system: every state that is entered, every write to AWS and every change of EXTERNAL-IP goes to the screen. */
export function demoWorld(system: LocalSystem, screen: DemoScreen): DemoWorld {
  const started = Date.now();
  const observer = { ...system.clientConfig, userAgent: OBSERVER };
  const elbv2 = createElbv2(observer);
  const ec2 = createEc2(observer);
  const figures = watchSystem(system, screen);
  const groupArns = async () => (await describeAll(system, 'targetGroups')).map(({ TargetGroupArn }) => TargetGroupArn ?? '');
  const look = <Result>(run: () => Promise<Result>) => figures.uncounted(run);

  const world: DemoWorld = {
    client: system.client,
    check(fact, holds) {
      if (!holds) throw new Error(`expected that ${fact}; it is not so`);
      screen.fact(fact);
    },
    async until(fact, holds) {
      screen.progress(`waiting until ${fact}`);
      const deadline = Date.now() + WAIT_MS;
      while (!(await look(holds))) {
        if (Date.now() > deadline) throw new Error(`expected that ${fact} within ${WAIT_MS / 1000} s; it did not happen`);
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
      screen.progress(undefined);
      screen.fact(fact);
    },
    async apply(objects) {
      for (const object of objects as unknown as ApiObject[]) await system.client.apply(resourceOf(object), object);
    },
    async service({ namespace, service }) {
      const found = await system.client.get(RESOURCES.services, { namespace, name: service });
      const status = found?.['status'] as { loadBalancer?: { ingress?: { hostname?: string }[] } } | undefined;
      return { hostname: status?.loadBalancer?.ingress?.[0]?.hostname };
    },
    phase: async ({ namespace, service }) => {
      const state = await system.store.leases.read(formatKey({ kind: 'svc', cluster: system.clusterId, namespace, name: service }));
      return state?.gen === state?.doneGen ? state?.phase : undefined;
    },
    loadBalancers: () => look(async () => (await describeAll(system, 'loadBalancers')) as unknown as LoadBalancer[]),
    targetGroups: () => look(async () => (await describeAll(system, 'targetGroups')) as unknown as TargetGroup[]),
    attribute: (arn, key) => look(async () => (await elbv2.describeLoadBalancerAttributes(arn))?.[key]),
    targets: () =>
      look(async () => {
        const health = await Promise.all((await groupArns()).map((arn) => elbv2.describeTargetHealth(arn)));
        return health.flat().map((target) => ({ id: target?.Target.Id ?? '', state: target?.TargetHealth.State ?? '' }));
      }),
    ourSecurityGroups: () => look(async () => (await ec2.describeSecurityGroups({ 'tag-key': OUR_TAGS })).map(({ GroupName }) => GroupName)),
    ourNodeRules: () => look(async () => (await ec2.describeSecurityGroups({ 'vpc-id': [defaultIds.vpcId] })).flatMap((group) => JSON.stringify(group.IpPermissions ?? []).split(OUR_RULE).slice(1)).length),
    async failedExecutions() {
      const client = new SFNClient({ region: system.place.region, endpoint: system.awsUrl, credentials: { accessKeyId: system.place.account, secretAccessKey: 'local' } });
      const { executions = [] } = await client.send(new ListExecutionsCommand({ stateMachineArn: system.stateMachineArn, statusFilter: 'FAILED' }));
      return executions.length;
    },
    figures: () => ({ ...figures.counted(), seconds: (Date.now() - started) / 1000 }),
  };
  return world;
}

function resourceOf({ kind }: ApiObject): ApiResource {
  const found = COLLECTIONS.find((resource) => resource.kind === kind);
  if (!found) throw new Error(`the demo applies no ${kind ?? 'object without a kind'}`);
  return found;
}

/** Everything of a type, past the narrow client, which never lists an account. */
async function describeAll(system: LocalSystem, what: 'loadBalancers' | 'targetGroups'): Promise<Record<string, string | undefined>[]> {
  const { elbv2 } = system.account;
  const call = { account: system.place.account, region: system.place.region, caller: OBSERVER, userAgent: OBSERVER, now: Date.now() };
  const operation = elbv2.operations[what === 'loadBalancers' ? 'DescribeLoadBalancers' : 'DescribeTargetGroups'];
  const answer = (await operation?.({} as never, call)) as { LoadBalancers?: Record<string, string | undefined>[]; TargetGroups?: Record<string, string | undefined>[] };
  return answer.LoadBalancers ?? answer.TargetGroups ?? [];
}

/** Counts the system's own calls to ELBv2 and EC2, and prints what happens. */
function watchSystem(system: LocalSystem, screen: DemoScreen) {
  let uncounted = 0;
  let reads = 0;
  const writes: { action: string; what: string }[] = [];
  const executions = new Set<string>();
  system.account.aws.log.subscribe(({ service, action, kind, input, result }) => {
    if ((service !== 'elasticloadbalancing' && service !== 'ec2') || (uncounted > 0 && kind === 'read')) return;
    if (kind === 'read') return void (reads += 1);
    const what = subjectOf(input);
    writes.push({ action, what });
    screen.event('aws', `${action} ${what}${result === 'ok' ? '' : `  → ${result}`}`);
  });
  system.states.onState((event) => {
    executions.add(event.executionArn);
    if (event.type === 'entered' && !CHOICES.test(event.state)) screen.event('workflow', `${event.state}  ${(event.input as { key?: string }).key ?? ''}`);
    if (event.type === 'ended' && event.status !== 'SUCCEEDED') screen.event('workflow', `${event.status}: ${event.error ?? ''} ${event.cause ?? ''}`);
  });
  watchServices(system, screen);
  return {
    counted: () => ({ executions: executions.size, reads, writes: [...writes] }),
    async uncounted<Result>(run: () => Promise<Result>): Promise<Result> {
      uncounted += 1;
      try {
        return await run();
      } finally {
        uncounted -= 1;
      }
    },
  };
}

/** States that only lead somewhere. */
const CHOICES = /^(Begin|ChangedSinceLastPass|KeepPlan|WhatToDo|MoreToCreate|MoreToDelete|WorthWaiting|DirtyMeanwhile|Done|Superseded)$/;

/** What a write is about: a name, an ARN's end, a group. */
function subjectOf(input: unknown): string {
  const { Name, GroupName, GroupId, LoadBalancerArn, TargetGroupArn, ListenerArn, Targets, Port } = (input ?? {}) as Record<string, unknown>;
  const isText = (value: unknown): value is string => typeof value === 'string';
  const arn = [LoadBalancerArn, TargetGroupArn, ListenerArn].find(isText);
  const name = [Name, GroupName, GroupId].find(isText);
  const targets = Array.isArray(Targets) ? ` ${(Targets as { Id?: string }[]).map(({ Id }) => Id).join(' ')}` : '';
  return `${name ?? arn?.split('/')[arn.includes(':targetgroup/') ? 1 : 2] ?? ''}${typeof Port === 'number' && arn && !name ? `:${Port}` : ''}${targets}`;
}

/** What `kubectl get svc -w` would show. */
function watchServices(system: LocalSystem, screen: DemoScreen): void {
  const shown = new Map<string, string>();
  const follow = async () => {
    const transport = clusterTransport(system.cluster, OBSERVER);
    for await (const line of transport.lines({ method: 'GET', path: '/api/v1/services?watch=true' })) {
      const { object } = JSON.parse(line) as { object: ApiObject & { spec?: { type?: string }; status?: { loadBalancer?: { ingress?: { hostname?: string }[] } } } };
      if (object.spec?.type !== 'LoadBalancer') continue;
      const external = object.metadata.deletionTimestamp ? 'terminating' : (object.status?.loadBalancer?.ingress?.[0]?.hostname ?? '<pending>');
      if (shown.get(object.metadata.name) !== external) screen.event('kubectl get svc', `${object.metadata.name}   LoadBalancer   EXTERNAL-IP ${external}`);
      shown.set(object.metadata.name, external);
    }
  };
  follow().catch(() => undefined); // the system stopped
}
