import ipaddr from 'ipaddr.js';
import type { IngressPermission } from '../../model/model';
import type { Difference, PlanContext } from '../change';
import type { Desired, Seen } from '../../model/members';
import type { Identity } from './identity';
import { compareTags } from './tags';

/** Tags and inbound rules. All rules count as ours, so foreign ones are revoked; name, description and outbound rules are not compared (LBC's behaviour §5.5). */
export function compareSecurityGroup(desired: Desired<'security-group'>, observed: Seen<'security-group'>, context: PlanContext, identity: Identity): Difference[] {
  return [...compareTags(desired, observed, context), ...compareIngress(desired.spec.ingress ?? [], observed.spec.ingress ?? [], identity)];
}

function compareIngress(desired: readonly IngressPermission[], observed: readonly IngressPermission[], identity: Identity): Difference[] {
  const wanted = rulesByIdentity(desired, (permission) => identity.desired(permission));
  const seen = rulesByIdentity(observed, (permission) => identity.observed(permission));
  const authorize = [...wanted].filter(([key]) => !seen.has(key)).map(([, rule]) => rule);
  const revoke = [...seen].filter(([key]) => !wanted.has(key)).map(([, rule]) => rule);
  return authorize.length === 0 && revoke.length === 0 ? [] : [{ kind: 'ingress', authorize, revoke }];
}

type Tell = (token: Parameters<Identity['desired']>[0]) => string;

/** The single rules behind permissions, each once, by what EC2 tells them apart by: protocol, ports, source. Descriptions do not count. */
function rulesByIdentity(permissions: readonly IngressPermission[], tell: Tell): Map<string, IngressPermission> {
  const rules = permissions.flatMap((permission) => singleRules(permission, tell));
  return new Map(rules.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function singleRules(permission: IngressPermission, tell: Tell): [string, IngressPermission][] {
  const { ipProtocol, fromPort, toPort } = permission;
  const ports = { ipProtocol, ...(fromPort === undefined ? {} : { fromPort }), ...(toPort === undefined ? {} : { toPort }) };
  const prefix = [protocolName(ipProtocol), fromPort ?? '', toPort ?? ''].join(' ');
  return [
    ...(permission.ipRanges ?? []).map((range): [string, IngressPermission] => [`${prefix} ${canonicalCidr(range.cidrIP)}`, { ...ports, ipRanges: [range] }]),
    ...(permission.ipv6Ranges ?? []).map((range): [string, IngressPermission] => [`${prefix} ${canonicalCidr(range.cidrIPv6)}`, { ...ports, ipv6Ranges: [range] }]),
    ...(permission.prefixLists ?? []).map((list): [string, IngressPermission] => [`${prefix} ${list.listID}`, { ...ports, prefixLists: [list] }]),
    ...(permission.userIDGroupPairs ?? []).map((pair): [string, IngressPermission] => [`${prefix} ${tell(pair.groupID)}`, { ...ports, userIDGroupPairs: [pair] }]),
  ];
}

const PROTOCOL_NAMES: Readonly<Record<string, string>> = { '1': 'icmp', '6': 'tcp', '17': 'udp', '58': 'icmpv6' };

function protocolName(protocol: string): string {
  return PROTOCOL_NAMES[protocol] ?? protocol.toLowerCase();
}

/** EC2 keeps a CIDR block without its host bits (`10.1.2.3/8` becomes `10.0.0.0/8`). What is no CIDR block is left for EC2 to judge. */
function canonicalCidr(cidr: string): string {
  if (!ipaddr.isValidCIDR(cidr)) return cidr;
  const [address, bits] = ipaddr.parseCIDR(cidr);
  const network = address.kind() === 'ipv4' ? ipaddr.IPv4.networkAddressFromCIDR(cidr) : ipaddr.IPv6.networkAddressFromCIDR(cidr);
  return `${network.toString()}/${bits}`;
}
