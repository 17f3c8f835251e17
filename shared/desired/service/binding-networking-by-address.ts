import type { SubnetFacts, VpcFacts } from '../../model/facts';
import type { BindingNetworkingRule, Scheme } from '../../model/model';
import { associatedIpv6 } from '../network/subnet-rules';
import { checksTrafficPort, isUdpAndTcp, isUdpLike } from './binding-networking';
import type { TargetTraffic } from './binding-networking';
import { TRAFFIC_PORT } from './health-check';

/** A target group behind a load balancer that has no security group, so that only addresses can be let in. */
export interface AddressedTraffic extends TargetTraffic {
  readonly ipAddressType: 'ipv4' | 'ipv6';
  readonly scheme: Scheme;
  readonly preservesClientIp: boolean;
  /** What the Service allows; empty: everybody who can reach the load balancer. */
  readonly sourceRanges: readonly string[];
  readonly subnets: readonly SubnetFacts[];
  readonly vpc: VpcFacts;
}

const ANYWHERE = ['0.0.0.0/0', '::/0'];

/**
 * Rules by address (LBC's behaviour §1.10 and §A.9): traffic from the clients where targets see their addresses, else from the load balancer's
 * subnets; health checks over TCP from the subnets, unless the first rule lets them in already.
 */
export function rulesByAddress(traffic: AddressedTraffic): BindingNetworkingRule[] {
  const subnetRanges = traffic.subnets.flatMap((subnet) => (traffic.ipAddressType === 'ipv6' ? associatedIpv6(subnet) : [subnet.cidrBlock]));
  const seesClients = isUdpLike(traffic.protocol) || traffic.preservesClientIp;
  const source = seesClients ? clientRanges(traffic) : subnetRanges;
  const rules: BindingNetworkingRule[] = [{ from: peers(source), ports: trafficPorts(traffic) }];
  if (subnetRanges.length > 0 && !healthChecksAreIn(traffic, source)) {
    rules.push({ from: peers(subnetRanges), ports: [{ protocol: 'TCP', port: traffic.healthCheckPort === TRAFFIC_PORT ? traffic.port : traffic.healthCheckPort }] });
  }
  return rules;
}

function clientRanges({ sourceRanges, scheme, vpc, ipAddressType }: AddressedTraffic): readonly string[] {
  if (sourceRanges.length > 0) return sourceRanges;
  if (scheme === 'internet-facing') return [ipAddressType === 'ipv6' ? '::/0' : '0.0.0.0/0'];
  const blocks = ipAddressType === 'ipv6' ? vpc.ipv6CidrBlocks : vpc.cidrBlocks;
  return blocks.filter(({ state }) => state === 'associated').map(({ cidrBlock }) => cidrBlock);
}

// LBC asks whether the attribute preserves client addresses, not whether the protocol does, so TCP_UDP with ip targets and source ranges has no rule for checks.
function healthChecksAreIn(traffic: AddressedTraffic, source: readonly string[]): boolean {
  // UDP and QUIC traffic rules let no TCP in.
  if (traffic.protocol === 'UDP' || traffic.protocol === 'QUIC' || !checksTrafficPort(traffic)) return false;
  return !traffic.preservesClientIp || traffic.sourceRanges.length === 0 || source.some((range) => ANYWHERE.includes(range));
}

function trafficPorts({ protocol, port }: TargetTraffic): { readonly protocol: string; readonly port: number | string }[] {
  if (isUdpAndTcp(protocol)) return [{ protocol: 'TCP', port }, { protocol: 'UDP', port }];
  return [{ protocol: isUdpLike(protocol) ? 'UDP' : 'TCP', port }];
}

function peers(ranges: readonly string[]): { readonly ipBlock: { readonly cidr: string } }[] {
  return ranges.map((cidr) => ({ ipBlock: { cidr } }));
}
