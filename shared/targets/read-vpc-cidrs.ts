import type { TargetMemory } from '../contract/target-memory';
import type { TargetLaneDeps } from './target-lane';

const TRUSTED_MS = 24 * 60 * 60_000; // CIDR blocks are added to a VPC rarely; an address outside of those known is checked against AWS by AWS itself

/** The associated CIDR blocks of a VPC, IPv4 and IPv6; undefined where this account cannot see it. Remembered for a day. */
export async function readVpcCidrs(deps: Pick<TargetLaneDeps, 'ec2' | 'now' | 'factor'>, { vpcId, memory }: { vpcId: string; memory: TargetMemory }): Promise<TargetMemory['vpc']> {
  const { vpc } = memory;
  if (vpc?.id === vpcId && deps.now() - vpc.readAt < TRUSTED_MS * deps.factor) return vpc;
  const [found] = await deps.ec2.describeVpcs({ 'vpc-id': [vpcId] });
  if (!found) return undefined;
  const v4 = (found.CidrBlockAssociationSet ?? []).filter(({ CidrBlockState }) => CidrBlockState?.State === 'associated').map(({ CidrBlock }) => CidrBlock);
  const v6 = (found.Ipv6CidrBlockAssociationSet ?? []).filter(({ Ipv6CidrBlockState }) => Ipv6CidrBlockState?.State === 'associated').map(({ Ipv6CidrBlock }) => Ipv6CidrBlock);
  const cidrs = [...v4, ...v6, ...(v4.length === 0 ? [found.CidrBlock] : [])].filter((cidr): cidr is string => cidr !== undefined);
  return { id: vpcId, cidrs, readAt: deps.now() };
}
