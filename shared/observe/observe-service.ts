import type { Ec2, SecurityGroup } from '../aws/ec2';
import type { Elbv2, Listener, LoadBalancer, Pairs, TargetGroup } from '../aws/elbv2';
import type { LedgerItem } from '../contract/items';
import { isBackendGroup, type Stack } from '../desired/tracking';
import type { TargetGroupBinding } from '../model/kubernetes';
import { familyOf, markOf, withMark } from '../model/members';
import { BACKEND_GROUP, type Model, type Observed, type Resource, type ResourceId, type ResourceType, type Token } from '../model/model';
import { type Discovery, intendedNames, physicalIds, typeOfArn } from './discover';
import { forEach, inParallel } from './in-parallel';
import { type Found, memberIds } from './member-ids';
import { bindingSpec, listenerSpec, loadBalancerSpec, securityGroupSpec, targetGroupSpec, type Translate } from './to-model';

/*
 * Reads per pass with everything there (ELBv2 and EC2; the tagging API's one call is counted apart):
 *
 *     DescribeLoadBalancers                  1  (discover)
 *     DescribeSubnets                        1  (read-service-facts)
 *     DescribeTargetGroups                   1  per 20
 *     DescribeListeners                      1
 *     DescribeSecurityGroups                 1
 *     DescribeTags                           1  per 20 load balancers, target groups and listeners
 *     DescribeTargetGroupAttributes          1  per target group: LBC's model always states one
 *                                            = 7 for one port; + 1 per further target group
 *     DescribeLoadBalancerAttributes         + 1 where the model states attributes
 *     DescribeCapacityReservation            + 1 where it states a capacity
 *     DescribeListenerAttributes             + 1 per listener whose attributes it states
 *     DescribeListenerCertificates           + 1 per listener that speaks TLS
 *
 * Nothing is read of what is not there: before a creation this is none at all. Where the object goes (an empty model) listeners and attributes are not
 * read: 4. LBC reads 12 to 15 for the same, and one more per 20 load balancers of the account.
 */

/** What observing needs to know. */
export interface ObserveInput {
  readonly stack: Stack;
  readonly vpcId: string;
  /** The desired model: what it does not state need not be read. An empty one means that all goes. */
  readonly model: Model;
  readonly ledger: readonly LedgerItem[];
  readonly discovery: Discovery;
  /** The stack's TargetGroupBindings, as they are in the cluster. */
  readonly bindings: readonly TargetGroupBinding[];
  /** Whether listeners carry tags (LBC's gate ListenerRulesTagging). */
  readonly tagListeners: boolean;
}

interface Clients {
  readonly elbv2: Elbv2;
  readonly ec2: Pick<Ec2, 'describeSecurityGroups'>;
}

/** What was described, before it is known whose it is. */
interface Described {
  readonly loadBalancers: readonly LoadBalancer[];
  readonly targetGroups: readonly TargetGroup[];
  readonly listeners: readonly Listener[];
  readonly securityGroups: readonly SecurityGroup[];
  readonly tags: ReadonlyMap<string, Pairs>;
}

/**
 * A stack's resources as they are, in the model's language: ARNs and group ids that stand for something of ours are references again, the shared backend
 * group is `BACKEND_GROUP`. What is gone or foreign is left out silently, since the tagging API may be behind.
 */
export async function observeService(clients: Clients, input: ObserveInput): Promise<Observed[]> {
  const described = await describeAll(clients, input);
  const ids = idsOf(described, input);
  const translate = translateWith(ids, described, input);
  const [balancers, groups, listeners] = await inParallel(
    forEach(described.loadBalancers.filter(({ LoadBalancerArn }) => ids.has(LoadBalancerArn)), (found) => observeLoadBalancer(clients, found, { input, ids, described, translate })),
    forEach(described.targetGroups.filter(({ TargetGroupArn }) => ids.has(TargetGroupArn)), (found) => observeTargetGroup(clients, found, { input, ids, described, translate })),
    forEach(described.listeners.filter(({ ListenerArn }) => ids.has(ListenerArn)), (found) => observeListener(clients, found, { input, ids, described, translate })),
  );
  const securityGroups = described.securityGroups.filter(({ GroupId }) => ids.has(GroupId)).map((found) => observeSecurityGroup(found, { input, ids, described, translate }));
  return [...securityGroups, ...groups, ...balancers, ...listeners, ...input.bindings.map((binding) => observeBinding(binding, ids, translate))];
}

async function describeAll(clients: Clients, input: ObserveInput): Promise<Described> {
  const { loadBalancers } = input.discovery;
  const goes = input.model.resources.length === 0;
  const [targetGroups, listeners, securityGroups] = await inParallel(
    describeTargetGroups(clients, input),
    goes ? Promise.resolve([]) : forEach(loadBalancers, ({ LoadBalancerArn }) => clients.elbv2.describeListeners(LoadBalancerArn)),
    describeSecurityGroups(clients, input),
  );
  const arns = [
    ...loadBalancers.map(({ LoadBalancerArn }) => LoadBalancerArn),
    ...targetGroups.map(({ TargetGroupArn }) => TargetGroupArn),
    ...(input.tagListeners ? listeners.flat().map(({ ListenerArn }) => ListenerArn) : []),
  ];
  const tags = arns.length === 0 ? new Map<string, Pairs>() : await clients.elbv2.describeTags(arns);
  return { loadBalancers, targetGroups, listeners: listeners.flat(), securityGroups, tags };
}

async function describeTargetGroups({ elbv2 }: Clients, { ledger, discovery, vpcId }: ObserveInput): Promise<TargetGroup[]> {
  const arns = [...new Set([...physicalIds(ledger, 'target-group'), ...discovery.tagged.map(({ arn }) => arn).filter((arn) => typeOfArn(arn) === 'target-group')])];
  const names = intendedNames(ledger, 'target-group');
  const [byArn, byName] = await inParallel(
    arns.length === 0 ? Promise.resolve([]) : elbv2.describeTargetGroups({ arns }),
    names.length === 0 ? Promise.resolve([]) : elbv2.describeTargetGroups({ names }),
  );
  const known = new Set(byArn.map(({ TargetGroupArn }) => TargetGroupArn));
  return [...byArn, ...byName.filter(({ TargetGroupArn }) => !known.has(TargetGroupArn))].filter(({ VpcId }) => VpcId === vpcId);
}

/** Groups of ours and all groups of the load balancers in one call: their tags tell which one is the shared backend group. */
async function describeSecurityGroups({ ec2 }: Clients, { ledger, discovery, vpcId }: ObserveInput): Promise<SecurityGroup[]> {
  const tagged = discovery.tagged.flatMap(({ arn }) => (typeOfArn(arn) === 'security-group' ? [arn.split('/').at(-1) ?? ''] : []));
  const used = discovery.loadBalancers.flatMap(({ SecurityGroups }) => SecurityGroups ?? []);
  const byId = [...new Set([...physicalIds(ledger, 'security-group'), ...tagged, ...used])];
  const [groups, intended] = await inParallel(
    ec2.describeSecurityGroups({ 'group-id': byId }),
    ec2.describeSecurityGroups({ 'vpc-id': [vpcId], 'group-name': intendedNames(ledger, 'security-group') }),
  );
  const known = new Set(groups.map(({ GroupId }) => GroupId));
  return [...groups, ...intended.filter(({ GroupId }) => !known.has(GroupId))].filter(({ VpcId }) => VpcId === vpcId);
}

function groupTags(group: SecurityGroup): Pairs {
  return Object.fromEntries((group.Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']));
}

/** Our ids by physical id. A listener has the mark of its load balancer; it is ours if that is. */
function idsOf({ loadBalancers, targetGroups, listeners, securityGroups, tags }: Described, { stack, ledger }: ObserveInput): Map<string, ResourceId> {
  const found: Found[] = [
    ...loadBalancers.map(({ LoadBalancerArn, LoadBalancerName }): Found => ({ type: 'load-balancer', physicalId: LoadBalancerArn, name: LoadBalancerName, tags: tags.get(LoadBalancerArn) ?? {} })),
    ...targetGroups.map(({ TargetGroupArn, TargetGroupName }): Found => ({ type: 'target-group', physicalId: TargetGroupArn, name: TargetGroupName, tags: tags.get(TargetGroupArn) ?? {} })),
    ...securityGroups.map((group): Found => ({ type: 'security-group', physicalId: group.GroupId, name: group.GroupName, tags: groupTags(group) })),
  ];
  const ids = memberIds(found, stack, ledger);
  const inLedger = new Map(ledger.flatMap(({ id, physicalId }) => (physicalId === undefined ? [] : [[physicalId, id as ResourceId]])));
  for (const { ListenerArn, LoadBalancerArn, Port } of listeners) {
    const balancer = ids.get(LoadBalancerArn);
    if (balancer) ids.set(ListenerArn, inLedger.get(ListenerArn) ?? withMark(`listener/${Port}`, markOf(balancer)));
  }
  return ids;
}

const ATTRIBUTES: Readonly<Record<ResourceType, 'arn' | 'groupId'>> = { 'security-group': 'groupId', 'load-balancer': 'arn', 'target-group': 'arn', listener: 'arn', 'target-group-binding': 'arn' };

/** The shared backend group is only told from any other group where the model speaks of it: a group that the settings name stays an id. */
function translateWith(ids: ReadonlyMap<string, ResourceId>, { securityGroups }: Described, { stack, model }: ObserveInput): Translate {
  const speaksOfBackend = JSON.stringify(model).includes(`"${BACKEND_GROUP}"`);
  const backend = new Set(securityGroups.filter((group) => speaksOfBackend && isBackendGroup(stack.clusterName, groupTags(group))).map(({ GroupId }) => GroupId));
  return (physicalId): Token => {
    const id = ids.get(physicalId);
    if (id) return { ref: id, attribute: ATTRIBUTES[id.slice(0, id.indexOf('/')) as ResourceType] };
    return backend.has(physicalId) ? { ref: BACKEND_GROUP, attribute: 'groupId' } : physicalId;
  };
}

interface Known {
  readonly input: ObserveInput;
  readonly ids: ReadonlyMap<string, ResourceId>;
  readonly described: Described;
  readonly translate: Translate;
}

function idOf(physicalId: string, { ids }: Known): ResourceId {
  const id = ids.get(physicalId);
  if (id === undefined) throw new Error(`no id for ${physicalId}, which was taken for ours`);
  return id;
}

/** The desired resource of the same family, which says what is worth reading. */
function desiredFor<Type extends ResourceType>(id: ResourceId, type: Type, { input }: Known): Extract<Resource, { type: Type }> | undefined {
  const family = familyOf(id);
  return input.model.resources.find((resource): resource is Extract<Resource, { type: Type }> => resource.type === type && resource.id === family);
}

async function observeLoadBalancer({ elbv2 }: Clients, found: LoadBalancer, known: Known): Promise<Observed> {
  const arn = found.LoadBalancerArn;
  const desired = desiredFor(idOf(arn, known), 'load-balancer', known)?.spec;
  const [attributes, capacityUnits] = await inParallel(
    desired?.loadBalancerAttributes?.length ? elbv2.describeLoadBalancerAttributes(arn) : Promise.resolve(undefined),
    desired?.minimumLoadBalancerCapacity ? elbv2.describeCapacityReservation(arn) : Promise.resolve(undefined),
  );
  return {
    id: idOf(arn, known) as `load-balancer/${string}`,
    type: 'load-balancer',
    spec: loadBalancerSpec(found, { attributes, capacityUnits }, known.translate),
    physicalId: arn,
    observedTags: known.described.tags.get(arn) ?? {},
    ...(found.State?.Code === undefined ? {} : { state: found.State.Code }),
    ...(found.DNSName === undefined ? {} : { dnsName: found.DNSName }),
    vpcId: found.VpcId,
  };
}

async function observeTargetGroup({ elbv2 }: Clients, found: TargetGroup, known: Known): Promise<Observed> {
  const arn = found.TargetGroupArn;
  const desired = desiredFor(idOf(arn, known), 'target-group', known)?.spec;
  const attributes = desired?.targetGroupAttributes?.length ? await elbv2.describeTargetGroupAttributes(arn) : undefined;
  return {
    id: idOf(arn, known) as `target-group/${string}`,
    type: 'target-group',
    spec: targetGroupSpec(found, attributes),
    physicalId: arn,
    observedTags: known.described.tags.get(arn) ?? {},
    ...(found.VpcId === undefined ? {} : { vpcId: found.VpcId }),
  };
}

async function observeListener({ elbv2 }: Clients, found: Listener, known: Known): Promise<Observed> {
  const arn = found.ListenerArn;
  const desired = desiredFor(idOf(arn, known), 'listener', known)?.spec;
  const [attributes, certificates] = await inParallel(
    desired?.listenerAttributes?.length && desired.protocol !== 'TLS' ? elbv2.describeListenerAttributes(arn) : Promise.resolve(undefined),
    found.SslPolicy !== undefined && desired ? elbv2.describeListenerCertificates(arn) : Promise.resolve(undefined),
  );
  const added = certificates?.flatMap(({ certificateArn, isDefault }) => (isDefault ? [] : [certificateArn]));
  return {
    id: idOf(arn, known) as `listener/${string}`,
    type: 'listener',
    spec: listenerSpec(found, { attributes, added }, known.translate),
    physicalId: arn,
    observedTags: known.described.tags.get(arn) ?? {},
  };
}

function observeSecurityGroup(found: SecurityGroup, known: Known): Observed {
  return {
    id: idOf(found.GroupId, known) as `security-group/${string}`,
    type: 'security-group',
    spec: securityGroupSpec(found, known.translate),
    physicalId: found.GroupId,
    observedTags: groupTags(found),
    ...(found.VpcId === undefined ? {} : { vpcId: found.VpcId }),
  };
}

/** A binding is known by its target group; one whose target group is gone or not ours has only its own name. */
function observeBinding(binding: TargetGroupBinding, ids: ReadonlyMap<string, ResourceId>, translate: Translate): Observed {
  const { name, namespace = '', labels = {} } = binding.metadata;
  const group = ids.get(binding.spec.targetGroupARN ?? '');
  return {
    id: `target-group-binding/${group ? group.slice('target-group/'.length) : `${namespace}/${name}`}`,
    type: 'target-group-binding',
    spec: bindingSpec(binding, translate),
    physicalId: `${namespace}/${name}`,
    observedTags: labels,
  };
}
