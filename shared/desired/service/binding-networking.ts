import type { BindingNetworkingRule, Token } from '../../model/model';
import { TRAFFIC_PORT } from './health-check';

/** What a target group needs on its targets. */
export interface TargetTraffic {
  readonly protocol: string;
  /** The port on which targets are reached; a name stays a name. */
  readonly port: number | string;
  /** A port number, or `traffic-port`. */
  readonly healthCheckPort: number | string;
}

type RulePort = { readonly protocol?: string; readonly port?: number | string };

const UDP_LIKE = ['UDP', 'QUIC', 'TCP_UDP', 'TCP_QUIC'];
const UDP_AND_TCP = ['TCP_UDP', 'TCP_QUIC'];

/** Whether traffic of a protocol comes over UDP (also). */
export function isUdpLike(protocol: string): boolean {
  return UDP_LIKE.includes(protocol);
}

/** Whether a protocol is TCP and UDP at once. */
export function isUdpAndTcp(protocol: string): boolean {
  return UDP_AND_TCP.includes(protocol);
}

/** Whether health checks go to the port of the traffic. Compared as numbers, where a name counts as 0, as LBC compares. */
export function checksTrafficPort({ port, healthCheckPort }: TargetTraffic): boolean {
  return healthCheckPort === TRAFFIC_PORT || numberOf(healthCheckPort) === numberOf(port);
}

/** The one rule that lets the load balancer's security group reach the targets (LBC's behaviour §1.10). */
export function ruleFromGroup(groupID: Token, traffic: TargetTraffic, isRestricted: boolean): BindingNetworkingRule {
  const ports = isRestricted ? restrictedPorts(traffic) : openPorts(traffic);
  return { from: [{ securityGroup: { groupID } }], ports: ports.length > 0 ? ports : null };
}

function openPorts({ protocol }: TargetTraffic): RulePort[] {
  return isUdpLike(protocol) ? [{ protocol: 'TCP' }, { protocol: 'UDP' }] : [{ protocol: 'TCP' }];
}

function restrictedPorts(traffic: TargetTraffic): RulePort[] {
  const { protocol, port, healthCheckPort } = traffic;
  const ports: RulePort[] = [];
  if (isUdpLike(protocol)) ports.push({ protocol: 'UDP', port });
  const checksOverTcp = isUdpLike(protocol) && (isUdpAndTcp(protocol) || checksTrafficPort(traffic));
  if (protocol === 'TCP' || protocol === 'TLS' || checksOverTcp) ports.push({ protocol: 'TCP', port });
  if (!checksTrafficPort(traffic)) ports.push({ protocol: 'TCP', port: healthCheckPort });
  return ports;
}

function numberOf(port: number | string): number {
  return typeof port === 'number' ? port : 0;
}
