import type { Service } from '../../model/kubernetes';
import type { Problem } from '../../model/problem';
import { nearMisses } from '../annotations/near-misses';
import { SERVICE_ANNOTATIONS, SERVICE_PREFIX } from '../annotations/service-table';
import type { ReasonCode } from '../reasons';
import { quote } from '../text';
import { groupPorts, listsPort, protocolOf } from './listener-ports';
import { nameOf } from './service-request';
import type { ServiceBuild, ServiceRequest } from './service-request';

/** A problem of a Service: the sentence starts with whose it is. */
export function serviceProblem(service: Service, code: ReasonCode, message: string): Problem {
  const { namespace, name } = nameOf(service);
  const { uid } = service.metadata;
  return { code, message: `Service ${namespace}/${name}: ${message}`, object: { group: '', resource: 'services', namespace, name, ...(uid !== undefined && { uid }) } };
}

/** What hinders nothing, but is hardly meant: the model is built all the same. */
export function serviceWarnings(build: ServiceBuild): Problem[] {
  const found: (readonly [ReasonCode, string])[] = [...misspelled(build), ...shadowedPorts(build), ...emptyPrefixLists(build), ...unusedQuicPorts(build), ...quicServerIds(build), ...ignoredValues(build)];
  return found.map(([code, message]) => serviceProblem(build.service, code, message));
}

function misspelled({ service }: ServiceRequest): (readonly [ReasonCode, string])[] {
  const misses = nearMisses({ prefix: SERVICE_PREFIX, table: SERVICE_ANNOTATIONS, annotations: service.metadata.annotations });
  return misses.map(({ key, meant }) => ['UnknownAnnotation', `annotation ${key} is not known and has no effect; did you mean ${meant}?`]);
}

function shadowedPorts(request: ServiceRequest): (readonly [ReasonCode, string])[] {
  const ports = groupPorts(request).map(([first]) => first);
  return ports.flatMap((port, at): (readonly [ReasonCode, string])[] => {
    const first = ports.find((other) => other?.port === port?.port);
    if (port === undefined || first === undefined || ports.indexOf(first) === at) return [];
    return [['PortShadowed', `port ${port.port} is there as ${protocolOf(first)} and as ${protocolOf(port)}, and only the first gets a listener; set ${request.read.key('tcpUdpListener')}: "true" to have one listener for both`]];
  });
}

function emptyPrefixLists({ read }: ServiceRequest): (readonly [ReasonCode, string])[] {
  if (read('prefixLists')?.length !== 0) return [];
  return [['EmptyPrefixLists', `annotation ${read.key('prefixLists')} is empty, which closes the managed security group unless source ranges open it; name prefix lists, or remove the annotation`]];
}

function unusedQuicPorts({ read, service }: ServiceRequest): (readonly [ReasonCode, string])[] {
  const unused = (read('quicPorts') ?? []).filter((entry) => !(service.spec.ports ?? []).some((port) => listsPort([entry], port)));
  return unused.length === 0 ? [] : [['UnusedQuicPort', `annotation ${read.key('quicPorts')} names ${unused.map(quote).join(', ')}, which is no port of the Service, and is ignored; correct it or take it off`]];
}

/** The load balancer is right, but pods that carry no server id get no QUIC traffic, and only LBC's admission webhook gives them one. */
function quicServerIds({ read }: ServiceRequest): (readonly [ReasonCode, string])[] {
  if ((read('quicPorts') ?? []).length === 0) return [];
  return [['QuicServerIdsNotGiven', `annotation ${read.key('quicPorts')} asks for QUIC; a pod is a QUIC target only with a server id in its environment, and stepbalancer does not support giving pods one yet. Set it in the pod template, or keep LBC's webhook for pods`]];
}

function ignoredValues({ read }: ServiceRequest): (readonly [ReasonCode, string])[] {
  const raw = read.raw('tcpUdpListener');
  if (raw === undefined || read('tcpUdpListener') !== undefined) return [];
  return [['IgnoredAnnotationValue', `annotation ${read.key('tcpUdpListener')} must be true or false, got ${quote(raw)}, which counts as absent`]];
}
