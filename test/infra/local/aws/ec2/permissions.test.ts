import type { IpPermission } from '@aws-sdk/client-ec2';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeRule, explodePermissions, mergePermissions, quotaUse, type Rule } from '../../../../../infra/local/aws/ec2/permissions';
import { codeOf } from '../code-of';

const account = '111122223333';
const tcp = (port: number, rest: Partial<IpPermission>): IpPermission => ({ IpProtocol: 'tcp', FromPort: port, ToPort: port, ...rest });
const anywhere = { IpRanges: [{ CidrIp: '0.0.0.0/0' }] };
const noRule: Rule = { protocol: 'none', source: { kind: 'ipv4', cidr: '' } };
const explodeOne = (permission: IpPermission): Rule | undefined => explodePermissions([permission], account)[0];

describe('explodePermissions', () => {
  it('makes one rule of each source', () => {
    const rules = explodePermissions(
      [tcp(80, { IpRanges: [{ CidrIp: '10.0.0.0/8', Description: 'office' }, { CidrIp: '192.168.0.0/16' }], Ipv6Ranges: [{ CidrIpv6: '::/0' }], PrefixListIds: [{ PrefixListId: 'pl-1' }], UserIdGroupPairs: [{ GroupId: 'sg-1' }] })],
      account,
    );
    expect(rules.map((rule) => rule.source)).toEqual([
      { kind: 'ipv4', cidr: '10.0.0.0/8' },
      { kind: 'ipv4', cidr: '192.168.0.0/16' },
      { kind: 'ipv6', cidr: '::/0' },
      { kind: 'prefixList', prefixListId: 'pl-1' },
      { kind: 'group', groupId: 'sg-1', userId: account },
    ]);
    expect(rules.map((rule) => rule.description)).toEqual(['office', undefined, undefined, undefined, undefined]);
  });

  it.each([
    ['10.1.2.3/8', '10.0.0.0/8'],
    ['10.1.2.3/32', '10.1.2.3/32'],
    ['192.168.7.7/0', '0.0.0.0/0'],
  ])('cuts the host bits off %s', (given, kept) => expect(explodeOne(tcp(80, { IpRanges: [{ CidrIp: given }] }))?.source).toEqual({ kind: 'ipv4', cidr: kept }));

  it.each([
    ['2001:DB8:0:0::1/32', '2001:db8::/32'],
    ['0:0:0:0:0:0:0:0/0', '::/0'],
  ])('shortens the IPv6 block %s', (given, kept) => expect(explodeOne(tcp(80, { Ipv6Ranges: [{ CidrIpv6: given }] }))?.source).toEqual({ kind: 'ipv6', cidr: kept }));

  it.each<[IpPermission, Partial<Rule>]>([
    [{ IpProtocol: '6', FromPort: 1, ToPort: 2, ...anywhere }, { protocol: 'tcp', fromPort: 1, toPort: 2 }],
    [{ IpProtocol: 'UDP', FromPort: 0, ToPort: 65535, ...anywhere }, { protocol: 'udp', fromPort: 0, toPort: 65535 }],
    [{ IpProtocol: '-1', FromPort: 80, ToPort: 80, ...anywhere }, { protocol: '-1' }],
    [{ IpProtocol: 'icmp', FromPort: 3, ToPort: 4, ...anywhere }, { protocol: 'icmp', fromPort: 3, toPort: 4 }],
    [{ IpProtocol: '58', ...anywhere }, { protocol: 'icmpv6', fromPort: -1, toPort: -1 }],
    [{ IpProtocol: '50', ...anywhere }, { protocol: '50' }],
  ])('reads the traffic of %j', (permission, expected) => {
    expect(explodeOne(permission)).toEqual({ ...expected, source: { kind: 'ipv4', cidr: '0.0.0.0/0' } });
  });

  it.each<[string, IpPermission, string]>([
    ['no protocol', anywhere, 'MissingParameter'],
    ['an unknown protocol', { IpProtocol: 'http', ...anywhere }, 'InvalidParameterValue'],
    ['a protocol number over 255', { IpProtocol: '256', ...anywhere }, 'InvalidParameterValue'],
    ['TCP without ports', { IpProtocol: 'tcp', ...anywhere }, 'InvalidParameterValue'],
    ['a port over 65535', tcp(65_536, anywhere), 'InvalidParameterValue'],
    ['a negative port', tcp(-1, anywhere), 'InvalidParameterValue'],
    ['ports the wrong way round', { IpProtocol: 'tcp', FromPort: 90, ToPort: 80, ...anywhere }, 'InvalidParameterValue'],
    ['no source', tcp(80, {}), 'MissingParameter'],
    ['a malformed block', tcp(80, { IpRanges: [{ CidrIp: '10.0.0.0/33' }] }), 'InvalidParameterValue'],
    ['a block without length', tcp(80, { IpRanges: [{ CidrIp: '10.0.0.0' }] }), 'InvalidParameterValue'],
    ['IPv6 in an IPv4 range', tcp(80, { IpRanges: [{ CidrIp: '::/0' }] }), 'InvalidParameterValue'],
    ['a description with a strange character', tcp(80, { IpRanges: [{ CidrIp: '0.0.0.0/0', Description: 'a|b' }] }), 'InvalidParameterValue'],
    ['a description of 256 characters', tcp(80, { IpRanges: [{ CidrIp: '0.0.0.0/0', Description: 'x'.repeat(256) }] }), 'InvalidParameterValue'],
    ['one source twice', tcp(80, { IpRanges: [{ CidrIp: '10.1.0.0/8' }, { CidrIp: '10.2.0.0/8' }] }), 'InvalidParameterValue'],
  ])('refuses %s', async (_, permission, code) => expect(await codeOf(() => explodePermissions([permission], account))).toBe(code));

  it('takes an empty description as none', () => expect(explodeOne(tcp(80, { IpRanges: [{ CidrIp: '0.0.0.0/0', Description: '' }] }))).not.toHaveProperty('description'));

  it('keeps the owner of a group that the caller names', () => {
    expect(explodeOne(tcp(80, { UserIdGroupPairs: [{ GroupId: 'sg-1', UserId: '444455556666' }] }))?.source).toEqual({ kind: 'group', groupId: 'sg-1', userId: '444455556666' });
  });
});

describe('mergePermissions', () => {
  it('puts rules of one protocol and port together, with all four lists', () => {
    const rules = explodePermissions([tcp(80, anywhere), tcp(443, anywhere), tcp(80, { Ipv6Ranges: [{ CidrIpv6: '::/0', Description: 'six' }] })], account);
    expect(mergePermissions(rules)).toEqual([
      { ...tcp(80, anywhere), Ipv6Ranges: [{ CidrIpv6: '::/0', Description: 'six' }], PrefixListIds: [], UserIdGroupPairs: [] },
      { ...tcp(443, anywhere), Ipv6Ranges: [], PrefixListIds: [], UserIdGroupPairs: [] },
    ]);
  });

  it('shows no ports for all traffic', () => expect(Object.keys(mergePermissions(explodePermissions([{ IpProtocol: '-1', ...anywhere }], account))[0] ?? {})).not.toContain('FromPort'));

  const source = fc.oneof(
    fc.nat(255).map((part) => ({ IpRanges: [{ CidrIp: `10.${part}.0.0/16` }] })),
    fc.nat(255).map((part) => ({ Ipv6Ranges: [{ CidrIpv6: `2001:db8:${(part + 1).toString(16)}::/48` }] })),
    fc.nat(255).map((part) => ({ UserIdGroupPairs: [{ GroupId: `sg-${part}`, Description: 'pods' }] })),
  );
  const permission = fc.record({ port: fc.integer({ min: 0, max: 5 }), source }).map(({ port, source: from }) => tcp(port, from));

  it('is undone by explodePermissions, but for the order', () => {
    fc.assert(
      fc.property(fc.uniqueArray(permission, { selector: (one) => JSON.stringify(one) }), (permissions) => {
        const rules = explodePermissions(permissions, account);
        const again = explodePermissions(mergePermissions(rules), account);
        expect(new Set(again.map((rule) => JSON.stringify(rule)))).toEqual(new Set(rules.map((rule) => JSON.stringify(rule))));
      }),
    );
  });
});

describe('describeRule', () => {
  it.each<[IpPermission, string]>([
    [tcp(80, { IpRanges: [{ CidrIp: '10.0.0.0/8' }] }), 'peer: 10.0.0.0/8, TCP, from port: 80, to port: 80, ALLOW'],
    [{ IpProtocol: '-1', UserIdGroupPairs: [{ GroupId: 'sg-1' }] }, 'peer: sg-1, ALL, ALLOW'],
    [{ IpProtocol: '50', ...anywhere }, 'peer: 0.0.0.0/0, protocol: 50, ALLOW'],
  ])('words %j as EC2 does', (permission, words) => expect(describeRule(explodeOne(permission) ?? noRule)).toBe(words));
});

describe('quotaUse', () => {
  it('counts families apart, groups in both, prefix lists by their size', () => {
    const rules = explodePermissions([tcp(80, { ...anywhere, Ipv6Ranges: [{ CidrIpv6: '::/0' }], UserIdGroupPairs: [{ GroupId: 'sg-1' }], PrefixListIds: [{ PrefixListId: 'pl-1' }] })], account);
    expect(quotaUse(rules, () => ({ ipv4: 10, ipv6: 0 }))).toEqual({ ipv4: 12, ipv6: 2 });
  });
});
