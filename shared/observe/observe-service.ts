import type { Ec2, SecurityGroup } from '../aws/ec2';
import type { Elbv2, Listener, LoadBalancer, Pairs, TargetGroup } from '../aws/elbv2';
import type { LedgerItem } from '../contract/items';
import { isBackendGroup, type Stack } from '../desired/tracking';
import type { TargetGroupBinding } from '../model/kubernetes';
import { markOf, withMark } from '../model/members';
import { BACKEND_GROUP, type Model, type Observed, type ResourceId, type ResourceType, type Token } from '../model/model';
import { type Discovery, intendedNames, physicalIds, typeOfArn } from './discover';
import { forEach, inParallel } from './in-parallel';
import { type Found, memberIds } from './member-ids';
import { groupTags, type Known, observeBinding, observeListener, observeLoadBalancer, observeSecurityGroup, observeTargetGroup } from './observe-resource';
import type { Translate } from './to-model';

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
 * Nothing is read of what is not there: before a creation this is none at all. Where the object goes (an empty model) listeners, attributes and the target
 * groups of the ledger are not read: 3. LBC reads 12 to 15 for the same, and one more per 20 load balancers of the account.
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

/** The clients that observing needs. */
export interface ObserveClients {
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
export async function observeService(clients: ObserveClients, input: ObserveInput): Promise<Observed[]> {
  const described = await describeAll(clients, input);
  const ids = idsOf(described, input);
  const known: Known = { model: input.model, ids, tags: described.tags, translate: translateWith(ids, described, input) };
  const [groups, balancers, listeners] = await inParallel(
    forEach(described.targetGroups.filter(({ TargetGroupArn }) => ids.has(TargetGroupArn)), (found) => observeTargetGroup(clients.elbv2, found, known)),
    forEach(described.loadBalancers.filter(({ LoadBalancerArn }) => ids.has(LoadBalancerArn)), (found) => observeLoadBalancer(clients.elbv2, found, known)),
    forEach(described.listeners.filter(({ ListenerArn }) => ids.has(ListenerArn)), (found) => observeListener(clients.elbv2, found, known)),
  );
  const securityGroups = described.securityGroups.filter(({ GroupId }) => ids.has(GroupId)).map((found) => observeSecurityGroup(found, known));
  return [...securityGroups, ...groups, ...balancers, ...listeners, ...input.bindings.map((binding) => observeBinding(binding, known))];
}

async function describeAll(clients: ObserveClients, input: ObserveInput): Promise<Described> {
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
  return { loadBalancers, targetGroups: goes ? targetGroups.filter(({ TargetGroupArn }) => tags.has(TargetGroupArn)) : targetGroups, listeners: listeners.flat(), securityGroups, tags };
}

/** Of one that goes and stands in the ledger the ARN says all that a deletion needs; whether it is there, and whose it is, its tags say, which are read in any case. */
async function describeTargetGroups({ elbv2 }: ObserveClients, { ledger, discovery, vpcId, model }: ObserveInput): Promise<TargetGroup[]> {
  const inLedger = physicalIds(ledger, 'target-group');
  const going = model.resources.length === 0 ? inLedger : [];
  const tagged = discovery.tagged.map(({ arn }) => arn).filter((arn) => typeOfArn(arn) === 'target-group');
  const arns = [...new Set([...inLedger, ...tagged])].filter((arn) => !going.includes(arn));
  const names = intendedNames(ledger, 'target-group');
  const [byArn, byName] = await inParallel(
    arns.length === 0 ? Promise.resolve([]) : elbv2.describeTargetGroups({ arns }),
    names.length === 0 ? Promise.resolve([]) : elbv2.describeTargetGroups({ names }),
  );
  const known = new Set(byArn.map(({ TargetGroupArn }) => TargetGroupArn));
  const described = [...byArn, ...byName.filter(({ TargetGroupArn }) => !known.has(TargetGroupArn))].filter(({ VpcId }) => VpcId === vpcId);
  return [...going.map((TargetGroupArn): TargetGroup => ({ TargetGroupArn, TargetGroupName: TargetGroupArn.split('/')[1] ?? '', VpcId: vpcId })), ...described];
}

/** Groups of ours and all groups of the load balancers in one call: their tags tell which one is the shared backend group. */
async function describeSecurityGroups({ ec2 }: ObserveClients, { ledger, discovery, vpcId }: ObserveInput): Promise<SecurityGroup[]> {
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
