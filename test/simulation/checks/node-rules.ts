import type { RuleRecord } from '../../../infra/local/aws/ec2/records';
import { defaultIds } from '../../../infra/local/aws/default-environment';
import { CLUSTER, type World } from '../world/open-world';
import { inboundRules, ownResources } from './account-view';
import { bindings, readyTargets, stackOf, type BindingObject } from './cluster-view';

const LABEL = 'elbv2.k8s.aws';

/**
 * Ports on which the node group does not let a binding's load balancer through to what is ready, in words. A binding without `networking` says that its rules are somebody else's; that of a
 * Service that is Blocked stands as it was, so that a node port, or a group of the load balancer, which came after that is in nobody's rules until the manifest is mended.
 */
export function missingRules(world: World, binding: BindingObject, wanted: ReadonlySet<string>): string[] {
  if (binding.spec.networking === undefined) return [];
  const arn = ownResources(world).find(({ type, tags }) => type === 'load-balancer' && tags['service.k8s.aws/stack'] === stackOf(binding))?.physicalId;
  const sources = new Set(world.account.elbv2.state.loadBalancers.get(arn ?? '')?.securityGroups);
  const ports = new Set([...wanted].map((target) => Number(target.split(':').at(-1))));
  const rules = inboundRules(world, defaultIds.nodeSecurityGroup);
  const protocols = { UDP: ['udp'], TCP_UDP: ['tcp', 'udp'] }[binding.spec.targetGroupProtocol ?? ''] ?? ['tcp'];
  const isOpen = (port: number) => protocols.every((protocol) => rules.some(({ source, protocol: allowed, fromPort = 0, toPort = 65_535 }) => source.kind === 'group' && sources.has(source.groupId) && [protocol, '-1'].includes(allowed) && fromPort <= port && port <= toPort));
  const isAskedFor = (port: number) => binding.spec.networking?.ingress?.some(({ from, ports: asked }) => from.some(({ securityGroup }) => sources.has(securityGroup?.groupID ?? '')) && asked.some((each) => each.port === port)) ?? false;
  return [...ports].filter((port) => !isOpen(port) && (isAskedFor(port) || !isBlocked(world, binding))).map((port) => `the node group does not let the load balancer of ${binding.metadata.name} through to port ${port}`);
}

/**
 * Labelled rules of the node group that reach further than any binding asks for, in words, or no further than another one does. Rules span from the lowest to the highest port that is needed, so
 * both ends belong to a binding, and none lies within another.
 */
export function surplusRules(world: World): string[] {
  // A binding without targets needs nothing.
  const serving = bindings(world).filter((binding) => readyTargets(world, binding).size > 0);
  const needed = new Set(serving.flatMap(({ spec: { networking } }) => (networking?.ingress ?? []).flatMap(({ from, ports }) => from.flatMap(({ securityGroup }) => ports.map(({ protocol = 'TCP', port }) => `${securityGroup?.groupID ?? ''} ${protocol.toLowerCase()} ${port}`)))));
  const labelled = inboundRules(world, defaultIds.nodeSecurityGroup).filter(({ description }) => description?.startsWith(LABEL));
  const sourceOf = ({ source, protocol }: RuleRecord) => `${source.kind === 'group' ? source.groupId : ''} ${protocol}`;
  const liesWithin = (rule: RuleRecord, other: RuleRecord) => other !== rule && sourceOf(other) === sourceOf(rule) && (other.fromPort ?? 0) <= (rule.fromPort ?? 0) && (rule.toPort ?? 65_535) <= (other.toPort ?? 65_535);
  return labelled
    .filter((rule) => [rule.fromPort, rule.toPort].some((port) => !needed.has(`${sourceOf(rule)} ${port ?? ''}`)) || labelled.some((other) => liesWithin(rule, other)))
    .map(({ ruleId, protocol, fromPort, toPort }) => `rule ${ruleId} (${protocol} ${fromPort ?? ''}-${toPort ?? ''}) of the node group is left`);
}

function isBlocked(world: World, binding: BindingObject): boolean {
  return world.table.items().some(({ pk, sk, ...state }) => sk === 'STATE' && pk === `svc#${CLUSTER}#${stackOf(binding) ?? ''}` && 'phase' in state && state.phase === 'Blocked');
}
