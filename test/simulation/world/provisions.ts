import type { LocalAccount } from '../../../infra/local/account';
import { defaultIds } from '../../../infra/local/aws/default-environment';
import { addAddress } from '../../../infra/local/aws/ec2/addresses';
import type { Call } from '../../../infra/local/aws/operation';
import { CERTIFICATES, EDGE_GROUP, elasticIpsOf } from '../story/belongings';

const { account, region } = defaultIds;

/** What users have in the account before they name it in annotations: certificates, Elastic IPs, a security group, IPv6 in every subnet. */
export function provide({ acm, ec2 }: LocalAccount, { services, now }: { services: readonly string[]; now: number }): void {
  const call: Call = { account, region, caller: 'USER', userAgent: 'console', now };
  const run = (action: string, input: object) => (ec2.operations[action] as unknown as (input: object, call: Call) => unknown)(input, call);
  for (const arn of CERTIFICATES) acm.ensureCertificate(call, arn);
  const open = ec2.state.open(call);
  for (const id of services.flatMap(elasticIpsOf)) addAddress(ec2.state, open, id);
  run('CreateSecurityGroup', { GroupName: EDGE_GROUP, Description: 'by hand', VpcId: defaultIds.vpcId, TagSpecifications: [{ ResourceType: 'security-group', Tags: [{ Key: 'Name', Value: EDGE_GROUP }] }] });
  const block = (cidrBlock: string) => ({ associationId: `assoc-${cidrBlock.replaceAll(/\W/g, '')}`, cidrBlock, state: 'associated' as const });
  const vpc = open.vpcs.get(defaultIds.vpcId);
  if (vpc) open.vpcs.set(vpc.vpcId, { ...vpc, ipv6CidrBlocks: [block('2600:1f13:abc:d00::/56')] });
  for (const [index, subnet] of open.subnets.values().entries()) open.subnets.set(subnet.subnetId, { ...subnet, ipv6CidrBlocks: [block(`2600:1f13:abc:d0${index}::/64`)] });
}
