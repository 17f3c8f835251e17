import type { IpPermission, SecurityGroupRule } from '../../../../shared/aws/ec2';
import type { TargetLaneDeps } from '../../../../shared/targets/target-lane';
import type { PlainObject } from '../merge-deeply';
import { type Account, type AccountFacts, type AccountRule, type Permission, awsError, explode, simulateError, write } from './account';

type Ec2 = TargetLaneDeps['ec2'];
type Answer<Name extends keyof Ec2> = Awaited<ReturnType<Ec2[Name]>>;
type Interface = AccountFacts['networkInterfaces'][number];

/** The parts of EC2 that the target lane uses, over an account. */
export function accountEc2(account: Account): Ec2 {
  const interfaces = () => [...account.facts.networkInterfaces, ...account.facts.instances.flatMap((instance) => instance.networkInterfaces)];
  return {
    async describeVpcs(filters) {
      simulateError(account, 'DescribeVpcs');
      const vpcs = [account.facts.vpc, ...account.facts.otherVpcs].filter(({ id }) => filters['vpc-id']?.includes(id));
      return Promise.resolve(vpcs.map(sdkVpc) as Answer<'describeVpcs'>);
    },
    async describeInstances(filters) {
      simulateError(account, 'DescribeInstances');
      const found = account.facts.instances.filter(({ id }) => filters['instance-id']?.includes(id));
      return Promise.resolve(found.map(({ id, networkInterfaces }) => ({ InstanceId: id, NetworkInterfaces: networkInterfaces.map(sdkInterface) })) as Answer<'describeInstances'>);
    },
    async describeNetworkInterfaces(filters) {
      simulateError(account, 'DescribeNetworkInterfaces');
      const found = interfaces().filter((candidate) => matchesInterface(candidate, filters, account.facts.vpc.id));
      return Promise.resolve(found.map(sdkInterface) as Answer<'describeNetworkInterfaces'>);
    },
    async describeSecurityGroups(filters) {
      simulateError(account, 'DescribeSecurityGroups');
      const found = account.facts.securityGroups.filter((group) => matchesGroup(group, filters, account));
      return Promise.resolve(found.map(({ id, name, tags }) => ({ GroupId: id, GroupName: name, Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })), IpPermissions: (account.rules.get(id) ?? []).map(sdkPermission) })) as Answer<'describeSecurityGroups'>);
    },
    async describeSecurityGroupRules(groupIds) {
      // Vectors know this read as DescribeSecurityGroups, which is how LBC sees rules.
      simulateError(account, 'DescribeSecurityGroups');
      return Promise.resolve(groupIds.flatMap((groupId) => (account.rules.get(groupId) ?? []).map((rule) => sdkRule(rule, groupId))) as Answer<'describeSecurityGroupRules'>);
    },
    async authorizeIngress(groupId, permissions) {
      const input = { GroupId: groupId, IpPermissions: permissions } as unknown as PlainObject;
      const made = write(account, { service: 'ec2', operation: 'AuthorizeSecurityGroupIngress', input }, () => {
        const rules = account.rules.get(groupId);
        if (!rules) throw awsError('InvalidGroup.NotFound', `The security group '${groupId}' does not exist`, 'AuthorizeSecurityGroupIngress');
        const added = permissions.flatMap((permission) => explode(account, withEveryList(permission)));
        rules.push(...added);
        return added;
      });
      return Promise.resolve(made.map((rule) => sdkRule(rule, groupId)) as Answer<'authorizeIngress'>);
    },
    async revokeIngress(groupId, what) {
      const rules = account.rules.get(groupId) ?? [];
      const ids = 'ruleIds' in what ? what.ruleIds : [];
      const gone = rules.filter(({ id }) => ids.includes(id));
      const input = { GroupId: groupId, IpPermissions: gone.map(sdkPermission) } as unknown as PlainObject;
      write(account, { service: 'ec2', operation: 'RevokeSecurityGroupIngress', input }, () => account.rules.set(groupId, rules.filter((rule) => !gone.includes(rule))));
      return Promise.resolve(true);
    },
    async createSecurityGroup({ name, vpcId, tags }) {
      return Promise.resolve(
        write(account, { service: 'ec2', operation: 'CreateSecurityGroup', input: { GroupName: name, VpcId: vpcId } }, () => {
          if (account.facts.securityGroups.some((group) => group.name === name)) throw awsError('InvalidGroup.Duplicate', `The security group '${name}' already exists`, 'CreateSecurityGroup');
          const id = `sg-${String(account.nextRule++).padStart(17, '0')}`;
          account.facts.securityGroups.push({ id, name, vpcId, tags: { ...tags }, ingress: [] });
          account.rules.set(id, []);
          return id;
        }),
      );
    },
    async deleteSecurityGroup(groupId) {
      return Promise.resolve(
        write(account, { service: 'ec2', operation: 'DeleteSecurityGroup', input: { GroupId: groupId } }, () => {
          const before = account.facts.securityGroups.length;
          account.facts.securityGroups = account.facts.securityGroups.filter(({ id }) => id !== groupId);
          return account.facts.securityGroups.length < before;
        }),
      );
    },
  };
}

function matchesInterface(candidate: Interface, filters: Readonly<Record<string, readonly string[]>>, ownVpc: string): boolean {
  const holds: Record<string, readonly string[]> = {
    'vpc-id': [candidate.vpcId ?? ownVpc],
    'network-interface-id': [candidate.id],
    'addresses.private-ip-address': candidate.privateIpAddresses,
    'ipv6-addresses.ipv6-address': candidate.ipv6Addresses,
    'group-id': candidate.groups,
  };
  return Object.entries(filters).every(([name, values]) => values.some((value) => holds[name]?.includes(value)));
}

function matchesGroup(group: AccountFacts['securityGroups'][number], filters: Readonly<Record<string, readonly string[]>>, account: Account): boolean {
  return Object.entries(filters).every(([name, values]) => {
    if (name.startsWith('tag:')) return values.includes(group.tags[name.slice(4)] ?? '\0');
    if (name === 'ip-permission.group-id') return (account.rules.get(group.id) ?? []).some(({ source }) => values.includes(source));
    return values.includes(name === 'group-id' ? group.id : name === 'vpc-id' ? (group.vpcId ?? account.facts.vpc.id) : group.name);
  });
}

function sdkInterface(candidate: Interface) {
  return {
    NetworkInterfaceId: candidate.id,
    Attachment: { DeviceIndex: candidate.deviceIndex },
    Groups: candidate.groups.map((GroupId) => ({ GroupId })),
    PrivateIpAddresses: candidate.privateIpAddresses.map((PrivateIpAddress) => ({ PrivateIpAddress })),
    Ipv4Prefixes: candidate.ipv4Prefixes.map((Ipv4Prefix) => ({ Ipv4Prefix })),
    Ipv6Addresses: candidate.ipv6Addresses.map((Ipv6Address) => ({ Ipv6Address })),
    Ipv6Prefixes: candidate.ipv6Prefixes.map((Ipv6Prefix) => ({ Ipv6Prefix })),
  };
}

function sdkVpc({ id, cidrBlocks, ipv6CidrBlocks }: AccountFacts['vpc']) {
  const block = (entry: AccountFacts['vpc']['cidrBlocks'][number]) => (typeof entry === 'string' ? { cidrBlock: entry, state: 'associated' } : entry);
  return {
    VpcId: id,
    CidrBlockAssociationSet: cidrBlocks.map(block).map(({ cidrBlock, state }) => ({ CidrBlock: cidrBlock, CidrBlockState: { State: state } })),
    Ipv6CidrBlockAssociationSet: ipv6CidrBlocks.map(block).map(({ cidrBlock, state }) => ({ Ipv6CidrBlock: cidrBlock, Ipv6CidrBlockState: { State: state } })),
  };
}

function sdkRule(rule: AccountRule, groupId: string): Partial<SecurityGroupRule> {
  const source = { group: { ReferencedGroupInfo: { GroupId: rule.source } }, v4: { CidrIpv4: rule.source }, v6: { CidrIpv6: rule.source }, prefix: { PrefixListId: rule.source } }[rule.kind];
  return { SecurityGroupRuleId: rule.id, GroupId: groupId, IsEgress: false, IpProtocol: rule.protocol, FromPort: rule.fromPort ?? -1, ToPort: rule.toPort ?? -1, ...source, ...(rule.description === undefined ? {} : { Description: rule.description }) };
}

/** A rule as LBC spells it in a revocation. */
function sdkPermission(rule: AccountRule) {
  const description = rule.description === undefined ? {} : { Description: rule.description };
  const source = {
    group: { UserIdGroupPairs: [{ GroupId: rule.source, ...description }] },
    v4: { IpRanges: [{ CidrIp: rule.source, ...description }] },
    v6: { Ipv6Ranges: [{ CidrIpv6: rule.source, ...description }] },
    prefix: { PrefixListIds: [{ PrefixListId: rule.source, ...description }] },
  }[rule.kind];
  return { IpProtocol: rule.protocol, ...(rule.fromPort === undefined ? {} : { FromPort: rule.fromPort }), ...(rule.toPort === undefined ? {} : { ToPort: rule.toPort }), ...source };
}

function withEveryList(permission: IpPermission): Permission {
  return { IpRanges: [], Ipv6Ranges: [], PrefixListIds: [], UserIdGroupPairs: [], IpProtocol: '', ...(permission as Partial<Permission>) };
}
