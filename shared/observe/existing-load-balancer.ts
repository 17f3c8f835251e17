import type { LoadBalancer } from '../aws/elbv2';
import type { LedgerItem } from '../contract/items';
import { markOf } from '../model/members';
import type { LoadBalancerFacts } from '../model/facts';
import { trackedName, type Stack } from '../desired/tracking';
import type { Discovery } from './discover';

/**
 * The load balancer that a Service has already: its scheme and its subnets are kept where the manifest does not say otherwise. Of several the
 * ledger's latest generation counts, then the first that our tags name.
 */
export function existingLoadBalancer({ tagged, loadBalancers }: Discovery, { stack, ledger }: { readonly stack: Stack; readonly ledger: readonly LedgerItem[] }): LoadBalancerFacts | undefined {
  const candidates = loadBalancers.flatMap((found) => {
    const item = ledger.find(({ physicalId }) => physicalId === found.LoadBalancerArn);
    const tags = tagged.find(({ arn }) => arn === found.LoadBalancerArn)?.tags ?? {};
    if (!item && trackedName(stack, tags) === undefined) return [];
    return [{ found, tags, generation: item ? 1 + Number(markOf(item.id).slice(1) || 0) : 0 }];
  });
  const [first] = candidates.sort((a, b) => (b.generation || 0) - (a.generation || 0));
  return first && loadBalancerFacts(first.found, first.tags);
}

function loadBalancerFacts(found: LoadBalancer, tags: Readonly<Record<string, string>>): LoadBalancerFacts {
  return {
    arn: found.LoadBalancerArn,
    name: found.LoadBalancerName,
    vpcId: found.VpcId,
    type: found.Type,
    scheme: found.Scheme,
    ...(found.State?.Code === undefined ? {} : { state: found.State.Code }),
    ...(found.IpAddressType === undefined ? {} : { ipAddressType: found.IpAddressType }),
    securityGroups: found.SecurityGroups ?? [],
    zones: (found.AvailabilityZones ?? []).map(({ ZoneName, SubnetId }) => ({ zoneName: ZoneName ?? '', subnetId: SubnetId ?? '' })),
    tags,
  };
}
