import type { ServicePort } from '../../model/kubernetes';
import { quote } from '../text';
import { refuse } from '../refusal';
import type { ServiceRequest } from './service-request';

/** The port of a listener with the protocols on both sides of it. */
export interface ListenerPort {
  readonly port: ServicePort;
  readonly listenerProtocol: string;
  readonly targetGroupProtocol: string;
}

/** What the annotations say about TLS and QUIC, the same for all ports. */
export interface ListenerProtocols {
  readonly certificates: readonly string[];
  readonly tlsPorts: readonly string[];
  readonly quicPorts: readonly string[];
  readonly encryptsToTargets: boolean;
}

/** The protocol of a Service port; the API server fills in TCP. */
export function protocolOf(port: ServicePort): string {
  return port.protocol ?? 'TCP';
}

/** Whether a list of port names and numbers holds a port. An unnamed port is found by number only. */
export function listsPort(list: readonly string[], port: ServicePort): boolean {
  return list.includes(String(port.port)) || (port.name !== undefined && port.name !== '' && list.includes(port.name));
}

/** Reads what concerns all listeners. Every entry of ssl-ports must be a port of the Service, with or without a certificate. */
export function readListenerProtocols({ read, service, isLegacy }: ServiceRequest): ListenerProtocols {
  const listed = read('tlsPorts') ?? [];
  // The in-tree provider's word for all ports.
  const tlsPorts = isLegacy && listed.includes('*') ? [] : listed;
  const unused = tlsPorts.filter((entry) => !(service.spec.ports ?? []).some((port) => listsPort([entry], port)));
  if (unused.length > 0) refuse('UnusedTlsPort', `annotation ${read.key('tlsPorts')} names ${unused.map(quote).join(', ')}, which is neither name nor number of a port of the Service; expected some of ${portsInWords(service.spec.ports ?? [])}; correct it or take it off`);
  return { certificates: read('certificates') ?? [], tlsPorts, quicPorts: read('quicPorts') ?? [], encryptsToTargets: read('backendProtocol') === 'ssl' };
}

/**
 * Ports by listener. In TCP_UDP mode ports of one number are one group, in the order of the list; else each port is a group of its own,
 * and of two with one number the first wins later (LBC's behaviour §1.6). Refuses groups that cannot be one listener.
 */
export function groupPorts({ read, service, settings }: ServiceRequest): readonly (readonly ServicePort[])[] {
  const ports = service.spec.ports ?? [];
  const merges = read('tcpUdpListener') ?? settings.featureGates.EnableTCPUDPListener;
  if (!merges) return ports.map((port) => [port]);
  const groups = [...Map.groupBy(ports, ({ port }) => port).values()];
  for (const group of groups) if (group.length > 1) requireMergeable(group);
  return groups;
}

/** The listener of a group of ports. A merged one uses the name, target port and node port of its first port. */
export function buildListenerPort(group: readonly ServicePort[], protocols: ListenerProtocols): ListenerPort {
  const [port] = group;
  if (port === undefined) throw new Error('a group of ports is never empty');
  const plain = group.length > 1 ? 'TCP_UDP' : protocolOf(port);
  const isTls = plain !== 'UDP' && plain !== 'TCP_UDP' && protocols.certificates.length > 0 && (protocols.tlsPorts.length === 0 || listsPort(protocols.tlsPorts, port));
  if (listsPort(protocols.quicPorts, port)) return quicPort(port, isTls ? 'TLS' : plain);
  if (!isTls) return { port, listenerProtocol: plain, targetGroupProtocol: plain };
  return { port, listenerProtocol: 'TLS', targetGroupProtocol: protocols.encryptsToTargets ? 'TLS' : plain };
}

function quicPort(port: ServicePort, protocol: string): ListenerPort {
  if (protocol === 'UDP') return { port, listenerProtocol: 'QUIC', targetGroupProtocol: 'QUIC' };
  if (protocol === 'TCP_UDP') return { port, listenerProtocol: 'TCP_QUIC', targetGroupProtocol: 'TCP_QUIC' };
  return refuse('QuicNeedsUdp', `port ${port.port} is listed for QUIC, but its listener is ${protocol}; only UDP or TCP_UDP can become QUIC: take it off the list, or make the port UDP`);
}

function requireMergeable(group: readonly ServicePort[]): void {
  const protocols = group.map(protocolOf);
  if (group.length === 2 && new Set(protocols).size === 2 && protocols.every((protocol) => protocol === 'TCP' || protocol === 'UDP')) return;
  refuse('PortsCannotBeMerged', `${group.length} ports have the number ${group[0]?.port ?? 0} (${protocols.join(', ')}); a merged listener takes exactly one TCP and one UDP port: change the numbers, or switch merging off`);
}

function portsInWords(ports: readonly ServicePort[]): string {
  return ports.map(({ name, port }) => (name ? `${name} (${port})` : String(port))).join(', ');
}
