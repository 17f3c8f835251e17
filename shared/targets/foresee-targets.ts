import { isCandidate, instanceId } from '../desired/targets/instance-targets';
import { RESOURCES } from '../kubernetes/cluster-client';
import type { TargetOutlook } from '../model/facts';
import type { Node } from '../model/kubernetes';
import { type Foresee, type ForeseeDeps, foreseeRules } from './foresee-rules';

/** Looks at the targets of bindings that a plan is to make, before it makes anything. Asks nothing where there is no such binding. */
export async function foreseeTargets(deps: ForeseeDeps, input: Foresee): Promise<TargetOutlook> {
  const wantsIpv6Nodes = input.bindings.some(({ template: { spec } }) => spec.targetType === 'instance' && spec.ipAddressType === 'ipv6');
  return { securityGroups: await foreseeRules(deps, input), ...(wantsIpv6Nodes ? { ipv6Nodes: await countIpv6Nodes(deps, input) } : {}) };
}

/** AWS: Register targets for your Network Load Balancer. An instance is an IPv6 target by its primary IPv6 address, which no node has by itself. */
async function countIpv6Nodes({ ec2 }: ForeseeDeps, { client, bindings }: Foresee): Promise<{ all: number; reachable: number }> {
  const binding = bindings[0]?.template ?? { spec: {} };
  const nodes = ((await client.list(RESOURCES.nodes)) as unknown as Node[]).filter((node) => isCandidate(node, binding));
  const instances = await ec2.describeInstances({ 'instance-id': nodes.flatMap((node) => instanceId(node) ?? []) });
  const reachable = instances.filter(({ NetworkInterfaces = [] }) => NetworkInterfaces.some(({ Ipv6Addresses = [] }) => Ipv6Addresses.some(({ IsPrimaryIpv6 }) => IsPrimaryIpv6)));
  return { all: nodes.length, reachable: reachable.length };
}
