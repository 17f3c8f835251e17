import type { Call, Operation } from '../../../infra/local/aws/operation';
import { defaultIds } from '../../../infra/local/aws/default-environment';
import { awsName, backendGroupName, nameHash } from '../../../shared/desired/names';
import { RESOURCES } from '../../../shared/kubernetes/cluster-client';
import { readyNodes, type ServiceObject } from '../checks/cluster-view';
import { ownResources } from '../checks/account-view';
import { NAMESPACE, post } from '../world/base-world';
import type { World } from '../world/open-world';

const PREFIX = 'service.beta.kubernetes.io/aws-load-balancer-';
const FINALIZERS = { service: 'service.k8s.aws/resources', binding: 'elbv2.k8s.aws/resources' };

type Ports = NonNullable<ServiceObject['spec']['ports']>;

interface PodObject {
  readonly metadata: { readonly labels?: Readonly<Record<string, string>>; readonly deletionTimestamp?: string };
  readonly status?: { readonly podIP?: string; readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** What LBC knows when it builds. */
interface Build {
  readonly world: World;
  readonly name: string;
  readonly uid: string;
  readonly ports: Ports;
  readonly selector: Readonly<Record<string, string>>;
  readonly targetType: 'ip' | 'instance';
  readonly scheme: string;
  /** Calls AWS as LBC. What it makes is nobody's orphan until it is taken over. */
  readonly run: (operations: Readonly<Record<string, Operation>>, action: string, input: object) => unknown;
}

/** Builds what LBC has for a Service with TCP ports and no annotation but scheme and target type, as of long ago: all at one moment, before anybody has seen the Service. Does nothing where something of that name is left. */
export async function buildAsLbc(world: World, name: string): Promise<void> {
  const service = (await world.client.get(RESOURCES.services, { namespace: NAMESPACE, name })) as unknown as ServiceObject & { metadata: { uid: string } };
  if (ownResources(world).length > 0) return;
  const call: Call = { account: defaultIds.account, region: defaultIds.region, caller: 'USER', userAgent: 'lbc', now: world.clock.now() };
  const { annotations = {}, uid } = service.metadata;
  const build: Build = {
    world,
    name,
    uid,
    ports: service.spec.ports ?? [],
    selector: service.spec.selector ?? {},
    targetType: annotations[`${PREFIX}nlb-target-type`] === 'ip' ? 'ip' : 'instance',
    scheme: annotations[`${PREFIX}scheme`] ?? 'internal',
    run: (operations, action, input) => (operations[action] as (input: object, call: Call) => unknown)(input, call),
  };
  const backend = makeGroup(build, { GroupName: backendGroupName(defaultIds.cluster), Description: '[k8s] Shared Backend SecurityGroup for LoadBalancer' }, { 'elbv2.k8s.aws/resource': 'backend-sg' });
  const balancer = makeLoadBalancer(build, backend);
  for (const port of build.ports) {
    const arn = makeTargetGroup(build, port);
    build.run(world.account.elbv2.operations, 'CreateListener', { LoadBalancerArn: balancer, Port: port.port, Protocol: 'TCP', DefaultActions: [{ Type: 'forward', Order: 1, ForwardConfig: { TargetGroups: [{ TargetGroupArn: arn }] } }], Tags: tagsOf(build, String(port.port)) });
    await bind(build, { port, arn, backend });
  }
  openNodes(build, backend);
  await tellService(build, balancer);
  for (const { physicalId } of ownResources(world)) world.inherited.add(physicalId);
}

function tagsOf({ name }: Build, resource: string) {
  const tags = { 'elbv2.k8s.aws/cluster': defaultIds.cluster, 'service.k8s.aws/resource': resource, 'service.k8s.aws/stack': `${NAMESPACE}/${name}` };
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

function makeGroup({ run, world }: Build, group: { GroupName: string; Description: string }, tags: Readonly<Record<string, string>>): string {
  const Tags = Object.entries({ 'elbv2.k8s.aws/cluster': defaultIds.cluster, ...tags }).map(([Key, Value]) => ({ Key, Value }));
  const { GroupId } = run(world.account.ec2.operations, 'CreateSecurityGroup', { ...group, VpcId: defaultIds.vpcId, TagSpecifications: [{ ResourceType: 'security-group', Tags }] }) as { GroupId: string };
  return GroupId;
}

/** The managed group and the load balancer, which has been active for long. */
function makeLoadBalancer(build: Build, backend: string): string {
  const { world, name, uid, ports, run, scheme } = build;
  const names = { namespace: NAMESPACE, name };
  const managed = makeGroup(build, { GroupName: awsName(names, nameHash(defaultIds.cluster, name, NAMESPACE, uid)), Description: '[k8s] Managed SecurityGroup for LoadBalancer' }, { 'service.k8s.aws/resource': 'ManagedLBSecurityGroup', 'service.k8s.aws/stack': `${NAMESPACE}/${name}` });
  run(world.account.ec2.operations, 'AuthorizeSecurityGroupIngress', { GroupId: managed, IpPermissions: ports.map(({ port }) => ({ IpProtocol: 'tcp', FromPort: port, ToPort: port, IpRanges: [{ CidrIp: '0.0.0.0/0', Description: '' }] })) });
  const { LoadBalancers } = run(world.account.elbv2.operations, 'CreateLoadBalancer', {
    Name: awsName(names, nameHash(defaultIds.cluster, uid, scheme)),
    Type: 'network',
    Scheme: scheme,
    IpAddressType: 'ipv4',
    EnablePrefixForIpv6SourceNat: 'off',
    SecurityGroups: [managed, backend],
    SubnetMappings: (scheme === 'internal' ? defaultIds.privateSubnets : defaultIds.publicSubnets).map((SubnetId) => ({ SubnetId })),
    Tags: tagsOf(build, 'LoadBalancer'),
  }) as { LoadBalancers: { LoadBalancerArn: string }[] };
  const arn = LoadBalancers[0]?.LoadBalancerArn ?? '';
  const { loadBalancers } = world.account.elbv2.state;
  const made = loadBalancers.get(arn);
  if (made) loadBalancers.set(arn, { ...made, activeAt: world.clock.now() });
  return arn;
}

function targetGroupName({ name, uid, targetType }: Build, { port, targetPort, nodePort = 0 }: Ports[number]): string {
  return awsName({ namespace: NAMESPACE, name }, nameHash(defaultIds.cluster, uid, String(targetType === 'ip' ? targetPort : nodePort), String(port), targetType, 'TCP', 'TCP', '10'));
}

function makeTargetGroup(build: Build, port: Ports[number]): string {
  const { world, name, targetType, run } = build;
  const { TargetGroups } = run(world.account.elbv2.operations, 'CreateTargetGroup', {
    Name: targetGroupName(build, port),
    Port: targetType === 'ip' ? port.targetPort : port.nodePort,
    Protocol: 'TCP',
    TargetType: targetType,
    VpcId: defaultIds.vpcId,
    HealthCheckEnabled: true,
    HealthCheckIntervalSeconds: 10,
    HealthCheckPort: 'traffic-port',
    HealthCheckProtocol: 'TCP',
    HealthCheckTimeoutSeconds: 10,
    HealthyThresholdCount: 3,
    UnhealthyThresholdCount: 3,
    Tags: tagsOf(build, `${NAMESPACE}/${name}:${port.port}`),
  }) as { TargetGroups: { TargetGroupArn: string }[] };
  return TargetGroups[0]?.TargetGroupArn ?? '';
}

/** The binding, and the targets that LBC has registered for it. */
async function bind(build: Build, { port, arn, backend }: { port: Ports[number]; arn: string; backend: string }): Promise<void> {
  const { world, name, targetType, run } = build;
  await post(world.kubectl, `/apis/elbv2.k8s.aws/v1beta1/namespaces/${NAMESPACE}/targetgroupbindings`, {
    apiVersion: 'elbv2.k8s.aws/v1beta1',
    kind: 'TargetGroupBinding',
    metadata: { name: targetGroupName(build, port), namespace: NAMESPACE, finalizers: [FINALIZERS.binding], labels: { 'service.k8s.aws/stack-name': name, 'service.k8s.aws/stack-namespace': NAMESPACE } },
    spec: {
      ipAddressType: 'ipv4',
      networking: { ingress: [{ from: [{ securityGroup: { groupID: backend } }], ports: [{ port: targetType === 'ip' ? port.targetPort : port.nodePort, protocol: 'TCP' }] }] },
      serviceRef: { name, port: port.port },
      targetGroupARN: arn,
      targetGroupProtocol: 'TCP',
      targetType,
      vpcID: defaultIds.vpcId,
    },
  });
  const Targets = targetType === 'ip' ? readyPods(build).map((Id) => ({ Id, Port: port.targetPort })) : readyNodes(world).map((Id) => ({ Id, Port: port.nodePort }));
  if (Targets.length > 0) run(world.account.elbv2.operations, 'RegisterTargets', { TargetGroupArn: arn, Targets });
}

/** Addresses of ready pods. The Service's slices follow a moment after the Service, when LBC would have seen them long ago. */
function readyPods({ world, selector }: Build): string[] {
  const fits = ({ metadata: { labels = {} } }: PodObject) => Object.entries(selector).every(([key, value]) => labels[key] === value);
  const isReady = ({ metadata, status }: PodObject) => metadata.deletionTimestamp === undefined && status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true;
  return world.objects<PodObject>('pods').filter((pod) => fits(pod) && isReady(pod)).map(({ status }) => status?.podIP ?? '');
}

/** LBC opens the node group from the lowest to the highest port of all bindings. */
function openNodes({ world, ports, targetType, run }: Build, backend: string): void {
  const numbers = ports.map(({ targetPort, nodePort = 0 }) => (targetType === 'ip' ? targetPort : nodePort));
  run(world.account.ec2.operations, 'AuthorizeSecurityGroupIngress', {
    GroupId: defaultIds.nodeSecurityGroup,
    IpPermissions: [{ IpProtocol: 'tcp', FromPort: Math.min(...numbers), ToPort: Math.max(...numbers), UserIdGroupPairs: [{ GroupId: backend, Description: 'elbv2.k8s.aws/targetGroupBinding=shared' }] }],
  });
}

async function tellService({ world, name, ports }: Build, balancer: string): Promise<void> {
  const hostname = world.account.elbv2.state.loadBalancers.get(balancer)?.dnsName.toLowerCase();
  const body = { metadata: { finalizers: [FINALIZERS.service] }, status: { loadBalancer: { ingress: [{ hostname, ports: ports.map(({ port }) => ({ port, protocol: 'TCP' })) }] } } };
  await world.client.patch(RESOURCES.services, { namespace: NAMESPACE, name }, { type: 'merge', body: { metadata: body.metadata } });
  await world.client.patch(RESOURCES.services, { namespace: NAMESPACE, name }, { type: 'merge', body: { status: body.status } }, { subresource: 'status' });
}
