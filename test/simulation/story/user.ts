import type { Call, Operation } from '../../../infra/local/aws/operation';
import { defaultIds } from '../../../infra/local/aws/default-environment';
import type { KubeObject } from '../../../infra/local/cluster/kube-object';
import { RESOURCES, type ApiObject, type ApiResource } from '../../../shared/kubernetes/cluster-client';
import type { Chance } from '../chance';
import { NAMESPACE, post } from '../world/base-world';
import type { World } from '../world/open-world';
import { buildAsLbc } from './built-by-lbc';
import type { Consequence, Deed, PortTemplate, ServiceTemplate } from './story';

/** Does what stories tell: the user's hand, and an operator's. What cannot be done any more (the Service is gone) is not done. */
export interface User {
  /** Answers false where there was nothing to do it to. */
  perform(deed: Deed): Promise<boolean>;
}

interface UserParts {
  readonly world: World;
  readonly chance: Chance;
  readonly happened: (consequence: Consequence) => void;
  readonly tell: (line: string) => void;
}

const PREFIX = 'service.beta.kubernetes.io/aws-load-balancer-';
const DEPLOYMENT: ApiResource = { group: 'apps', version: 'v1', plural: 'deployments', kind: 'Deployment', namespaced: true };
const LATE_MS = 120_000;

interface EventObject {
  readonly reason: string;
  readonly message: string;
  readonly lastTimestamp: string;
  readonly involvedObject: { readonly name: string };
}

/** A user of this world. */
export function createUser(parts: UserParts): User {
  const { world, chance } = parts;
  const { client, kubectl } = world;
  const patch = async (resource: ApiResource, name: string, body: object) => (await client.patch(resource, { namespace: NAMESPACE, name }, { type: 'merge', body })) !== undefined;
  const find = (name: string) => client.get(RESOURCES.services, { namespace: NAMESPACE, name });
  return {
    async perform(deed) {
      switch (deed.kind) {
        case 'create':
          return create(deed.service, deed.template);
        case 'adopt':
          return (await create(deed.service, deed.template)) && ((await buildAsLbc(world, deed.service)), true);
        case 'delete':
          if (!(await find(deed.service))) return false;
          await client.delete(RESOURCES.services, { namespace: NAMESPACE, name: deed.service });
          return true;
        case 'annotate':
          return patch(RESOURCES.services, deed.service, { metadata: { annotations: { [deed.annotation]: deed.value ?? null } } });
        case 'ports':
          return patch(RESOURCES.services, deed.service, { spec: { ports: deed.ports.map(portOf) } });
        case 'source-ranges':
          return patch(RESOURCES.services, deed.service, { spec: { loadBalancerSourceRanges: deed.ranges } });
        case 'traffic-policy':
          return patch(RESOURCES.services, deed.service, { spec: { externalTrafficPolicy: deed.policy } }).catch(() => false);
        case 'type':
          return patch(RESOURCES.services, deed.service, { spec: { type: deed.type, ...(deed.type === 'ClusterIP' ? { allocateLoadBalancerNodePorts: null, externalTrafficPolicy: null, loadBalancerSourceRanges: null, ports: null } : {}) } }).catch(() => false);
        case 'scale':
          return patch(DEPLOYMENT, deed.deployment, { spec: { replicas: deed.replicas } });
        case 'delete-pod':
          return deleteOne(RESOURCES.pods, (pod) => pod.metadata.labels?.['app'] === deed.deployment);
        case 'add-node':
          world.cluster.addNode();
          return true;
        case 'delete-node':
          return deleteOne(RESOURCES.nodes, () => true, 3);
        case 'delete-binding':
          return deleteOne(RESOURCES.targetGroupBindings, (binding) => (binding['spec'] as { serviceRef?: { name?: string } }).serviceRef?.name === deed.service);
        case 'approve':
          return approve(deed.service);
        case 'aws-attribute':
        case 'aws-tag':
        case 'aws-listener':
        case 'aws-target':
        case 'aws-node-rule':
        case 'aws-frontend-rule':
          return tamper(world, deed);
        case 'abort':
          return abort(deed);
        case 'redrive-all':
          return redriveAll(deed.twice);
      }
    },
  };

  async function create(name: string, template: ServiceTemplate): Promise<boolean> {
    if (await find(name)) return false;
    await post(kubectl, `/api/v1/namespaces/${NAMESPACE}/services`, serviceOf(name, template));
    return true;
  }

  /** Does what the last Event of its kind says. */
  async function approve(service: string): Promise<boolean> {
    const asked = world.objects<EventObject>('events').filter(({ involvedObject, reason }) => involvedObject.name === service && reason === 'PlanNeedsApproval');
    const latest = asked.toSorted((a, b) => (a.lastTimestamp < b.lastTimestamp ? 1 : -1))[0];
    const [, annotation, hash] = /annotate the object with (\S+): (\S+)/.exec(latest?.message ?? '') ?? [];
    return annotation !== undefined && patch(RESOURCES.services, service, { metadata: { annotations: { [annotation]: hash } } });
  }

  /** Deletes one object that fits, unless no more than `least` are there. */
  async function deleteOne(resource: ApiResource, fits: (object: ApiObject) => boolean, least = 0): Promise<boolean> {
    const objects = (await client.list(resource)).filter(fits);
    if (objects.length <= least) return false;
    const { namespace, name } = chance.pick(objects).metadata;
    await client.delete(resource, { ...(namespace === undefined ? {} : { namespace }), name });
    return true;
  }

  async function abort({ redriveAfterMs, twice }: Extract<Deed, { kind: 'abort' }>): Promise<boolean> {
    const running = await executionsThat(['RUNNING']);
    if (running.length === 0) return false;
    const executionArn = chance.pick(running);
    await operate('StopExecution', { executionArn, error: 'Operator', cause: 'stopped by hand' });
    parts.happened('execution-aborted');
    if (redriveAfterMs !== undefined) world.clock.after(redriveAfterMs, () => void redrive(executionArn, { twice, late: redriveAfterMs > LATE_MS }));
    return true;
  }

  async function redriveAll(twice: boolean): Promise<boolean> {
    const arns = await executionsThat(['FAILED', 'ABORTED']);
    for (const arn of arns) await redrive(arn, { twice, late: false });
    return arns.length > 0;
  }

  /** As an operator redrives; a second one at the same time is told that the execution runs already. */
  async function redrive(executionArn: string, { twice, late }: { twice: boolean; late: boolean }): Promise<void> {
    for (const clientToken of twice ? ['first', 'second'] : ['first']) {
      try {
        await operate('RedriveExecution', { executionArn, clientToken: `${clientToken}-${world.clock.now()}` });
        parts.happened(late ? 'execution-redriven-late' : 'execution-redriven');
        parts.tell(`an operator redrives ${executionArn.split(':').at(-1) ?? ''}`);
      } catch {
        parts.tell(`${executionArn.split(':').at(-1) ?? ''} is not redriven: it runs or has succeeded`);
      }
    }
  }

  async function executionsThat(statuses: readonly string[]): Promise<string[]> {
    const stateMachineArn = `arn:aws:states:${world.place.region}:${world.place.account}:stateMachine:stepbalancer-reconcile`;
    const found: string[] = [];
    for (const statusFilter of statuses) {
      const { executions } = (await operate('ListExecutions', { stateMachineArn, statusFilter, maxResults: 1000 })) as { executions: { executionArn: string }[] };
      found.push(...executions.map(({ executionArn }) => executionArn));
    }
    return found;
  }

  async function operate(action: string, input: object): Promise<unknown> {
    const operation = world.states.operations[action] as ((input: object, call: Call) => unknown) & Operation;
    return operation(input, { account: world.place.account, region: world.place.region, caller: 'operator', userAgent: 'operator', now: world.clock.now() });
  }
}

function serviceOf(name: string, { deployment, targetType, scheme, ports, annotations }: ServiceTemplate): Partial<KubeObject> {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, annotations: { [`${PREFIX}type`]: 'external', [`${PREFIX}nlb-target-type`]: targetType, [`${PREFIX}scheme`]: scheme, ...annotations } } as never,
    spec: { type: 'LoadBalancer', selector: { app: deployment }, ports: ports.map(portOf) },
  };
}

const portOf = ({ port, targetPort, protocol = 'TCP' }: PortTemplate) => ({ name: protocol === 'TCP' ? `p${port}` : `u${port}`, port, targetPort, protocol });

/** Somebody changes in AWS, by hand, what is ours. */
function tamper({ account, clock, takenOut }: World, deed: Extract<Deed, { kind: `aws-${string}` }>): boolean {
  const call: Call = { account: defaultIds.account, region: defaultIds.region, caller: 'USER', userAgent: 'console', now: clock.now() };
  const run = (operations: Readonly<Record<string, Operation>>, action: string, input: object) => {
    (operations[action] as (input: object, call: Call) => unknown)(input, call);
    return true;
  };
  const { state, operations } = account.elbv2;
  const rulesOf = (groupId: string) => account.ec2.state.open(call).groups.get(groupId)?.rules.filter(({ egress }) => !egress) ?? [];
  const balancer = 'service' in deed ? state.loadBalancers.values().find(({ tags }) => isOf(tags, deed.service)) : undefined;
  const group = 'service' in deed ? state.targetGroups.values().find(({ tags }) => isOf(tags, deed.service)) : undefined;
  switch (deed.kind) {
    case 'aws-attribute':
      if (!group) return false;
      return run(operations, 'ModifyTargetGroupAttributes', { TargetGroupArn: group.arn, Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '17' }] });
    case 'aws-tag':
      if (!balancer) return false;
      return run(operations, 'RemoveTags', { ResourceArns: [balancer.arn], TagKeys: ['team', 'cost'] });
    case 'aws-listener': {
      const listener = state.listeners.values().find(({ loadBalancerArn }) => loadBalancerArn === balancer?.arn);
      return listener !== undefined && run(operations, 'DeleteListener', { ListenerArn: listener.arn });
    }
    case 'aws-target': {
      const target = state.targets.values().find(({ targetGroupArn, goneAt }) => targetGroupArn === group?.arn && goneAt === undefined);
      if (!target) return false;
      takenOut.set(`${target.targetGroupArn} ${target.id}:${target.port}`, clock.now());
      return run(operations, 'DeregisterTargets', { TargetGroupArn: target.targetGroupArn, Targets: [{ Id: target.id, Port: target.port }] });
    }
    case 'aws-node-rule': {
      const rule = rulesOf(defaultIds.nodeSecurityGroup).find(({ description }) => description?.startsWith('elbv2.k8s.aws'));
      return rule !== undefined && run(account.ec2.operations, 'RevokeSecurityGroupIngress', { GroupId: defaultIds.nodeSecurityGroup, SecurityGroupRuleIds: [rule.ruleId] });
    }
    case 'aws-frontend-rule': {
      const ours = balancer?.securityGroups.filter((groupId) => isOf(account.ec2.state.open(call).tags.get(groupId) ?? [], deed.service));
      const own = ours?.flatMap((groupId) => rulesOf(groupId).map(({ ruleId }) => ({ groupId, ruleId })))[0];
      return own !== undefined && run(account.ec2.operations, 'RevokeSecurityGroupIngress', { GroupId: own.groupId, SecurityGroupRuleIds: [own.ruleId] });
    }
  }
}

function isOf(tags: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[], service: string): boolean {
  const has = (key: string, value: string) => tags.some(({ Key, Value }) => Key === key && Value === value);
  return has('elbv2.k8s.aws/cluster', defaultIds.cluster) && has('service.k8s.aws/stack', `${NAMESPACE}/${service}`);
}
