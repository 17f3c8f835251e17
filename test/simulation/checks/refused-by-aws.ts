import type { Plan } from '../../../shared/plan/change';
import type { LoadBalancerSpec, Model, TargetGroupSpec } from '../../../shared/model/model';

const OVER_UDP = new Set(['UDP', 'TCP_UDP']);

/**
 * Whether AWS can be counted on to refuse what annotations of stories come to together: the Service is then to be Blocked. A Network Load Balancer with IPv6 takes listeners over UDP only with
 * source NAT by prefixes, and a target group over UDP always preserves the client's address. AWS: "Listeners for your Network Load Balancers", "Edit target group attributes".
 */
export function isRefusedByAws({ resources }: Model): boolean {
  const balancer = resources.find(({ type }) => type === 'load-balancer')?.spec as LoadBalancerSpec | undefined;
  const overUdp = resources.flatMap((resource) => (resource.type === 'target-group' && OVER_UDP.has(resource.spec.protocol) ? [resource.spec] : []));
  const hidesClients = ({ targetGroupAttributes = [] }: TargetGroupSpec) => targetGroupAttributes.some(({ key, value }) => key === 'preserve_client_ip.enabled' && value === 'false');
  const lacksSourceNat = balancer !== undefined && balancer.ipAddressType !== 'ipv4' && balancer.enablePrefixForIpv6SourceNat !== 'on';
  return overUdp.some(hidesClients) || (overUdp.length > 0 && lacksSourceNat);
}

/** Whether AWS refuses the plan, though it takes the model: an Elastic IP stays in its subnet as long as the load balancer has that. AWS: SetSubnets. */
export function movesElasticIp({ changes }: Plan): boolean {
  const differences = changes.flatMap((change) => (change.action === 'update' ? change.differences : []));
  return differences.some((difference) => difference.kind === 'subnets' && difference.to.some(({ allocationID, subnetID }) => allocationID !== undefined && difference.from.some((mapping) => mapping.allocationID === allocationID && mapping.subnetID !== subnetID)));
}
