import type { z } from 'zod';
import type { AwsEnvironment } from './environment-schema';

const zones = ['a', 'b', 'c'].map((letter, index) => ({ letter, name: `us-west-2${letter}`, id: `usw2-az${index + 1}`, index }));
const vpcId = 'vpc-0de000000000000a1';

/** The ids that the local cluster and the demo need of the built-in account. */
export const defaultIds = {
  account: '111122223333',
  region: 'us-west-2',
  cluster: 'demo',
  vpcId,
  nodeSecurityGroup: 'sg-0de00000000000d01',
  /** One per zone, in the order of the zones. */
  publicSubnets: zones.map(({ index }) => `subnet-0de0000000000b${index + 1}0a`),
  privateSubnets: zones.map(({ index }) => `subnet-0de0000000000a${index + 1}0a`),
} as const;

/**
 * The account that `npm run demo` and `npm run local` begin with: a VPC over three zones, a public and a private /20 in each with the role tags of
 * load balancers, an internet gateway, and the security group of the nodes with the cluster's tag.
 */
export function defaultEnvironment(): z.input<typeof AwsEnvironment> {
  const { account, region, cluster, nodeSecurityGroup, publicSubnets, privateSubnets } = defaultIds;
  const subnets = (kind: 'public' | 'private', ids: readonly string[]) =>
    zones.map(({ letter, name, id, index }) => ({
      id: ids[index] ?? '',
      availabilityZone: name,
      availabilityZoneId: id,
      cidrBlock: `10.20.${(kind === 'public' ? 0 : 48) + index * 16}.0/20`,
      ipv6CidrBlocks: [],
      availableIpAddressCount: 4091,
      mapPublicIpOnLaunch: kind === 'public',
      tags: { Name: `${cluster}-${kind}-${letter}`, [kind === 'public' ? 'kubernetes.io/role/elb' : 'kubernetes.io/role/internal-elb']: '1' },
    }));
  const local = { destination: '10.20.0.0/16', gatewayId: 'local' };
  return {
    cluster: { name: cluster, region, accountId: account, vpcId },
    vpc: { id: vpcId, cidrBlocks: ['10.20.0.0/16'], ipv6CidrBlocks: [] },
    availabilityZones: zones.map(({ name, id }) => ({ name, id, zoneType: 'availability-zone' })),
    subnets: [...subnets('public', publicSubnets), ...subnets('private', privateSubnets)],
    routeTables: [
      { id: 'rtb-0de00000000000001', associations: [{ main: true }], routes: [local, { destination: '0.0.0.0/0', natGatewayId: 'nat-0de00000000000001' }] },
      { id: 'rtb-0de00000000000002', associations: publicSubnets.map((subnetId) => ({ subnetId })), routes: [local, { destination: '0.0.0.0/0', gatewayId: 'igw-0de00000000000001' }] },
    ],
    securityGroups: [
      {
        id: nodeSecurityGroup,
        name: `${cluster}-node`,
        description: `Nodes of the cluster ${cluster}`,
        tags: { Name: `${cluster}-node`, [`kubernetes.io/cluster/${cluster}`]: 'owned' },
        ingress: [{ IpProtocol: '-1', UserIdGroupPairs: [{ GroupId: nodeSecurityGroup, Description: 'Among nodes and pods' }] }],
      },
    ],
  };
}
