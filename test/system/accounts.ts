import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { LocalSystemOptions } from '../../infra/local/system';

/** An account to begin with, and where its nodes stand. */
export type Account = NonNullable<LocalSystemOptions['environment']>;

/** What the tests look at, or change, in an environment's file. */
export interface AccountFacts {
  readonly vpc: { readonly id: string };
  readonly subnets: readonly SubnetFacts[];
  readonly securityGroups: readonly object[];
  readonly [other: string]: unknown;
}

interface SubnetFacts {
  readonly id: string;
  readonly availabilityZone: string;
  readonly mapPublicIpOnLaunch: boolean;
  readonly tags: Readonly<Record<string, string>>;
  readonly [other: string]: unknown;
}

/** An account of the vectors with a security group for nodes, which stand in the first private subnets. */
export function accountOf(environment: string, change: (facts: AccountFacts) => AccountFacts = (facts) => facts): Account {
  const facts = change(parse(readFileSync(join(import.meta.dirname, `../vectors/environments/${environment}.yaml`), 'utf8')) as AccountFacts);
  const nodeSecurityGroup = 'sg-0de00000000000d01';
  const node = { id: nodeSecurityGroup, name: 'demo-node', description: 'Nodes', tags: { 'kubernetes.io/cluster/demo': 'owned' }, ingress: [] };
  const nodeSubnets = facts.subnets.filter(({ mapPublicIpOnLaunch }) => !mapPublicIpOnLaunch).slice(0, 3);
  return {
    facts: { ...facts, securityGroups: [...facts.securityGroups, node] },
    vpcId: facts.vpc.id,
    nodeSecurityGroup,
    nodeSubnets: nodeSubnets.map(({ id, availabilityZone }) => ({ zone: availabilityZone, subnetId: id })),
  };
}

const ROLE = { internal: 'kubernetes.io/role/internal-elb', public: 'kubernetes.io/role/elb' };

/** Gives the subnets the role of public ones, by tag. */
function withPublicRole(facts: AccountFacts): AccountFacts {
  const tagged = ({ tags: { [ROLE.internal]: role, ...tags }, ...subnet }: SubnetFacts): SubnetFacts => ({ ...subnet, tags: { ...tags, ...(role === undefined ? {} : { [ROLE.public]: role }) } });
  return { ...facts, subnets: facts.subnets.map(tagged) };
}

/** Other settings of the cluster than the file has. */
const withSettings = (settings: object) => (facts: AccountFacts): AccountFacts => ({ ...facts, settings: { ...(facts['settings'] as object | undefined), ...settings } });

/** The account in which each example is tried. */
export const EXAMPLE_ACCOUNTS: Readonly<Record<string, () => Account>> = {
  'instance-targets': () => accountOf('svc-three-zones'),
  'internal-by-default': () => accountOf('svc-three-zones'),
  'internet-facing-ip': () => accountOf('svc-three-zones'),
  'resource-tags': () => accountOf('svc-three-zones'),
  'subnets-by-annotation': () => accountOf('svc-three-zones'),
  // Several subnets per zone, with and without tags of clusters, some with few free addresses.
  'subnets-by-tag': () => accountOf('svc-many-subnets', withPublicRole),
  'subnets-by-route-table': () => accountOf('svc-untagged'),
  'approved-replacement': () => accountOf('svc-three-zones'),
  'dualstack-ipv6-pods': () => accountOf('svc-dualstack'),
  'elastic-ips': () => accountOf('svc-three-zones', (facts) => ({ ...facts, elasticIps: ['eipalloc-0a1b2c3d4e5f60001', 'eipalloc-0a1b2c3d4e5f60002'] })),
  'in-tree-left-alone': () => accountOf('svc-three-zones'),
  'inbound-rules': () => accountOf('svc-three-zones'),
  'kops-legacy': () => accountOf('svc-kops', withSettings({ stepbalancer: { legacyServices: true } })),
  'local-traffic': () => accountOf('svc-kops'),
  'nlb-ip': () => accountOf('svc-three-zones'),
  'one-nlb-for-two-services': () => accountOf('svc-three-zones'),
  'service-types': () => accountOf('svc-three-zones', withSettings({ defaultTargetType: 'ip' })),
  'windows-pods': () => accountOf('svc-three-zones'),
};
