import type { IpPermission } from '@aws-sdk/client-ec2';
import { AwsError } from '../operation';
import { canonicalIpv4Cidr, canonicalIpv6Cidr } from './cidr';

/** Where a rule's traffic comes from (or goes to): exactly one of four kinds. */
export type RuleSource =
  | { readonly kind: 'ipv4'; readonly cidr: string }
  | { readonly kind: 'ipv6'; readonly cidr: string }
  | { readonly kind: 'prefixList'; readonly prefixListId: string }
  | { readonly kind: 'group'; readonly groupId: string; readonly userId: string };

/** One rule as EC2 keeps it: one protocol, one range of ports, one source. */
export interface Rule {
  /** `tcp`, `udp`, `icmp`, `icmpv6`, another number as text, or `-1` for all. */
  readonly protocol: string;
  /** Absent where the protocol has no ports. ICMP keeps type and code here. */
  readonly fromPort?: number;
  readonly toPort?: number;
  readonly source: RuleSource;
  readonly description?: string;
}

const protocolNames: Readonly<Record<string, string>> = { '6': 'tcp', '17': 'udp', '1': 'icmp', '58': 'icmpv6', all: '-1' };
const allowedText = /^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]*$/;
const invalid = (message: string) => new AwsError('InvalidParameterValue', message);

/**
 * One rule per source, checked and in EC2's own spelling: host bits of a CIDR are cut off, protocol numbers become names, an empty description is none.
 * `account` fills in the owner of a group. Throws `InvalidParameterValue` or `MissingParameter` (AWS: AuthorizeSecurityGroupIngress, IpPermission).
 */
export function explodePermissions(permissions: readonly IpPermission[], account: string): Rule[] {
  const rules = permissions.flatMap((permission) => explode(permission, account));
  if (new Set(rules.map(ruleIdentity)).size < rules.length) throw invalid('The same permission must not appear multiple times');
  return rules;
}

function explode(permission: IpPermission, account: string): Rule[] {
  const traffic = makeTraffic(permission);
  const sources = [
    ...(permission.IpRanges ?? []).map((range) => ({ from: { kind: 'ipv4', cidr: canonicalIpv4Cidr(range.CidrIp) } as const, text: range.Description })),
    ...(permission.Ipv6Ranges ?? []).map((range) => ({ from: { kind: 'ipv6', cidr: canonicalIpv6Cidr(range.CidrIpv6) } as const, text: range.Description })),
    ...(permission.PrefixListIds ?? []).map((list) => ({ from: { kind: 'prefixList', prefixListId: required(list.PrefixListId, 'prefixListId') } as const, text: list.Description })),
    ...(permission.UserIdGroupPairs ?? []).map((pair) => ({ from: { kind: 'group', groupId: required(pair.GroupId, 'groupId'), userId: pair.UserId ?? account } as const, text: pair.Description })),
  ];
  if (sources.length === 0) throw new AwsError('MissingParameter', 'A permission must name a CIDR block, a prefix list or a security group');
  return sources.map(({ from, text }) => ({ ...traffic, source: from, ...describe(text) }));
}

function required(value: string | undefined, name: string): string {
  if (value === undefined || value === '') throw new AwsError('MissingParameter', `The request must contain the parameter ${name}`);
  return value;
}

function describe(text: string | undefined): { description?: string } {
  if (text === undefined || text === '') return {};
  if (text.length > 255 || !allowedText.test(text)) {
    throw invalid('Invalid rule description. Valid descriptions are strings less than 256 characters from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*');
  }
  return { description: text };
}

function makeTraffic({ IpProtocol, FromPort, ToPort }: IpPermission): Pick<Rule, 'protocol' | 'fromPort' | 'toPort'> {
  const protocol = canonicalProtocol(IpProtocol);
  if (protocol === 'tcp' || protocol === 'udp') return { protocol, ...portRange(FromPort, ToPort) };
  if (protocol === 'icmp') return { protocol, ...icmpRange(FromPort, ToPort) };
  if (protocol === 'icmpv6') return { protocol, ...icmpRange(FromPort ?? -1, ToPort ?? -1) };
  return { protocol };
}

function canonicalProtocol(given: string | undefined): string {
  const lower = required(given, 'ipProtocol').toLowerCase();
  const name = protocolNames[lower] ?? lower;
  const known = ['tcp', 'udp', 'icmp', 'icmpv6', '-1'].includes(name) || (/^\d{1,3}$/.test(name) && Number(name) <= 255);
  if (!known) throw invalid(`Invalid value '${given}' for IP protocol. Unknown protocol.`);
  return name;
}

function portRange(from: number | undefined, to: number | undefined) {
  if (from === undefined || to === undefined) throw invalid("Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.");
  const outside = [from, to].find((port) => port < 0 || port > 65_535);
  if (outside !== undefined) throw invalid(`Invalid value 'TCP/UDP port (${outside}) out of range' for portRange.`);
  if (from > to) throw invalid(`Invalid value 'Invalid TCP/UDP port range (${from}:${to})' for portRange.`);
  return { fromPort: from, toPort: to };
}

function icmpRange(type: number | undefined, code: number | undefined) {
  if (type === undefined || code === undefined) throw invalid("Invalid value 'Must specify both type and code with ICMP.' for portRange.");
  const outside = [type, code].find((part) => part < -1 || part > 255);
  if (outside !== undefined) throw invalid(`Invalid value 'ICMP type or code (${outside}) out of range' for portRange.`);
  return { fromPort: type, toPort: code };
}

/** What makes two rules of one group and direction the same: everything but the description. */
export function ruleIdentity({ protocol, fromPort, toPort, source }: Rule): string {
  return [protocol, fromPort ?? '', toPort ?? '', sourceText(source)].join('|');
}

/** A source as EC2's messages and our identities spell it. */
export function sourceText(source: RuleSource): string {
  if (source.kind === 'group') return source.groupId;
  return source.kind === 'prefixList' ? source.prefixListId : source.cidr;
}

/** The words of `InvalidPermission.Duplicate`: `peer: 10.0.0.0/8, TCP, from port: 80, to port: 80, ALLOW`. */
export function describeRule({ protocol, fromPort, toPort, source }: Rule): string {
  const peer = `peer: ${sourceText(source)}`;
  if (protocol === '-1') return `${peer}, ALL, ALLOW`;
  if (protocol === 'tcp' || protocol === 'udp') return `${peer}, ${protocol.toUpperCase()}, from port: ${fromPort}, to port: ${toPort}, ALLOW`;
  if (fromPort !== undefined) return `${peer}, ${protocol.toUpperCase()}, type: ${fromPort}, code: ${toPort}, ALLOW`;
  return `${peer}, protocol: ${protocol}, ALLOW`;
}

/** The rules as DescribeSecurityGroups shows them: one permission per protocol and ports, all four lists present. */
export function mergePermissions(rules: readonly Rule[]): IpPermission[] {
  const permissions = new Map<string, Required<Pick<IpPermission, 'IpRanges' | 'Ipv6Ranges' | 'PrefixListIds' | 'UserIdGroupPairs'>> & IpPermission>();
  for (const rule of rules) {
    const key = `${rule.protocol}|${rule.fromPort}|${rule.toPort}`;
    const permission = permissions.get(key) ?? { ...trafficOf(rule), UserIdGroupPairs: [], IpRanges: [], Ipv6Ranges: [], PrefixListIds: [] };
    permissions.set(key, permission);
    const text = rule.description === undefined ? {} : { Description: rule.description };
    if (rule.source.kind === 'ipv4') permission.IpRanges?.push({ ...text, CidrIp: rule.source.cidr });
    if (rule.source.kind === 'ipv6') permission.Ipv6Ranges?.push({ ...text, CidrIpv6: rule.source.cidr });
    if (rule.source.kind === 'prefixList') permission.PrefixListIds?.push({ ...text, PrefixListId: rule.source.prefixListId });
    if (rule.source.kind === 'group') permission.UserIdGroupPairs?.push({ ...text, UserId: rule.source.userId, GroupId: rule.source.groupId });
  }
  return [...permissions.values()];
}

const trafficOf = ({ protocol, fromPort, toPort }: Rule): IpPermission => ({
  IpProtocol: protocol,
  ...(fromPort === undefined ? {} : { FromPort: fromPort }),
  ...(toPort === undefined ? {} : { ToPort: toPort }),
});

/**
 * How much of the quota the rules of one direction take, for IPv4 and IPv6 apart: a group counts for both, a prefix list with its size
 * for its own family (AWS: "Amazon VPC quotas", inbound or outbound rules per security group).
 */
export function quotaUse(rules: readonly Rule[], sizeOf: (prefixListId: string) => { ipv4: number; ipv6: number }): { ipv4: number; ipv6: number } {
  const uses = rules.map(({ source }) => {
    if (source.kind === 'prefixList') return sizeOf(source.prefixListId);
    return { ipv4: source.kind === 'ipv6' ? 0 : 1, ipv6: source.kind === 'ipv4' ? 0 : 1 };
  });
  return { ipv4: uses.reduce((sum, use) => sum + use.ipv4, 0), ipv6: uses.reduce((sum, use) => sum + use.ipv6, 0) };
}
