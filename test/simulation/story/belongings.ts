import { defaultIds } from '../../../infra/local/aws/default-environment';

const { account, region } = defaultIds;

/** Certificates that Services may name. */
export const CERTIFICATES = ['00000000-0000-4000-8000-0000000000a1', '00000000-0000-4000-8000-0000000000b2', '00000000-0000-4000-8000-0000000000c3'].map((id) => `arn:aws:acm:${region}:${account}:certificate/${id}`);
/** The Name of a security group that the user keeps for load balancers, beside the group `customer` that is there anyway. */
export const EDGE_GROUP = 'edge';

/** Elastic IPs that a Service may name, one per public subnet: no two Services want the same. */
export function elasticIpsOf(service: string): string[] {
  return defaultIds.publicSubnets.map((_, index) => `eipalloc-0de0000000${Buffer.from(service.slice(0, 3)).toString('hex')}${index + 1}`);
}

/** Addresses that a Service may have in the private subnets; near the end of their ranges, which nothing else reaches. */
export function privateAddressesOf(service: string): string[] {
  return [63, 79, 95].map((block) => `10.20.${block}.${100 + (service.codePointAt(0) ?? 0)}`);
}
