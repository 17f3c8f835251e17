import { z } from 'zod';
import type { CidrAssociation, LoadBalancerFacts, NetworkFacts, RouteTableFacts, SecurityGroupFacts, SubnetFacts } from '../../../shared/model/facts';
import type { PlainObject } from './merge-deeply';

const text = z.string();
const tags = z.record(text, text).default({});
const cidrs = z.array(z.union([text, z.looseObject({ cidrBlock: text, state: text.default('associated') })])).default([]);

/** An environment of the vectors: raw facts in the shape of the AWS APIs. Keys that concern other kinds of vectors stay unread. */
const Environment = z.looseObject({
  cluster: z.looseObject({ name: text, region: text, accountId: text, vpcId: text }),
  settings: z.looseObject({}).default({}),
  vpc: z.looseObject({ id: text, cidrBlocks: cidrs, ipv6CidrBlocks: cidrs, disassociatedCidrBlocks: cidrs, disassociatedIpv6CidrBlocks: cidrs }),
  availabilityZones: z.array(z.looseObject({ name: text, id: text, zoneType: text })).default([]),
  subnets: z
    .array(
      z.looseObject({
        id: text,
        vpcId: text.optional(),
        availabilityZone: text,
        availabilityZoneId: text,
        cidrBlock: text,
        ipv6CidrBlocks: cidrs,
        disassociatedIpv6CidrBlocks: cidrs,
        availableIpAddressCount: z.number(),
        outpostArn: text.optional(),
        tags,
      }),
    )
    .default([]),
  routeTables: z
    .array(
      z.looseObject({
        id: text,
        vpcId: text.optional(),
        associations: z.array(z.looseObject({ main: z.boolean().optional(), subnetId: text.optional() })).default([]),
        routes: z.array(z.looseObject({ gatewayId: text.optional() })).default([]),
      }),
    )
    .default([]),
  securityGroups: z.array(z.looseObject({ id: text, vpcId: text.optional(), name: text, tags })).default([]),
  loadBalancers: z
    .array(
      z.looseObject({
        arn: text,
        vpcId: text.optional(),
        name: text,
        type: text.default('network'),
        scheme: text.default(''),
        state: text.optional(),
        ipAddressType: text.optional(),
        securityGroups: z.array(text).default([]),
        availabilityZones: z.array(z.looseObject({ zoneName: text, subnetId: text })).default([]),
        tags,
      }),
    )
    .default([]),
});
export type Environment = z.infer<typeof Environment>;

/** Checks an environment. Throws an Error that says what is wrong. */
export function parseEnvironment(environment: PlainObject): Environment {
  const checked = Environment.safeParse(environment);
  if (!checked.success) throw new Error(`the environment is not understood: ${z.prettifyError(checked.error).replaceAll('\n', ' ')}`);
  return checked.data;
}

/** The network as AWS would list it. */
export function networkFacts({ vpc, subnets, availabilityZones, routeTables }: Environment): NetworkFacts {
  return {
    vpc: {
      id: vpc.id,
      cidrBlocks: [...associations(vpc.cidrBlocks), ...associations(vpc.disassociatedCidrBlocks, 'disassociated')],
      ipv6CidrBlocks: [...associations(vpc.ipv6CidrBlocks), ...associations(vpc.disassociatedIpv6CidrBlocks, 'disassociated')],
    },
    subnets: subnets.map((subnet) => subnetFacts(subnet, vpc.id)),
    zones: availabilityZones.map(({ name, id, zoneType }) => ({ name, id, zoneType })),
    routeTables: routeTables.map((table) => routeTableFacts(table, vpc.id)),
  };
}

/** The security groups as AWS would list them. */
export function securityGroupFacts({ securityGroups, vpc }: Environment): SecurityGroupFacts[] {
  return securityGroups.map((group) => ({ id: group.id, vpcId: group.vpcId ?? vpc.id, name: group.name, tags: group.tags }));
}

/** The load balancers as AWS would list them. */
export function loadBalancerFacts({ loadBalancers, vpc }: Environment): LoadBalancerFacts[] {
  return loadBalancers.map(({ arn, name, type, scheme, state, ipAddressType, securityGroups, availabilityZones, vpcId, tags: ownTags }) => ({
    arn,
    name,
    type,
    scheme,
    ...(state !== undefined && { state }),
    ...(ipAddressType !== undefined && { ipAddressType }),
    vpcId: vpcId ?? vpc.id,
    securityGroups,
    zones: availabilityZones.map(({ zoneName, subnetId }) => ({ zoneName, subnetId })),
    tags: ownTags,
  }));
}

function subnetFacts(subnet: Environment['subnets'][number], vpcId: string): SubnetFacts {
  return {
    id: subnet.id,
    vpcId: subnet.vpcId ?? vpcId,
    zoneName: subnet.availabilityZone,
    zoneId: subnet.availabilityZoneId,
    cidrBlock: subnet.cidrBlock,
    // AWS lists those that are gone first, and the VPC's last.
    ipv6CidrBlocks: [...associations(subnet.disassociatedIpv6CidrBlocks, 'disassociated'), ...associations(subnet.ipv6CidrBlocks)],
    availableIpAddressCount: subnet.availableIpAddressCount,
    ...(subnet.outpostArn !== undefined && { outpostArn: subnet.outpostArn }),
    tags: subnet.tags,
  };
}

function routeTableFacts({ id, vpcId, associations: owned, routes }: Environment['routeTables'][number], ownVpcId: string): RouteTableFacts {
  return {
    id,
    vpcId: vpcId ?? ownVpcId,
    main: owned.some(({ main }) => main === true),
    subnetIds: owned.flatMap(({ subnetId }) => subnetId ?? []),
    gatewayIds: routes.flatMap(({ gatewayId }) => gatewayId ?? []),
  };
}

function associations(blocks: readonly (string | { readonly cidrBlock: string; readonly state: string })[], state = 'associated'): CidrAssociation[] {
  return blocks.map((block) => (typeof block === 'string' ? { cidrBlock: block, state } : { cidrBlock: block.cidrBlock, state: block.state }));
}
