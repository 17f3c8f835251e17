import type { Service, ServicePort } from '../../model/kubernetes';
import type { HealthCheckConfig, TargetType } from '../../model/model';
import { parseInt32 } from '../annotations/parse-integer';
import { quote } from '../text';
import { refuse } from '../refusal';
import type { ServiceRequest } from './service-request';

export const TRAFFIC_PORT = 'traffic-port';

/** A health check in which nothing is left open but the path and the codes, which TCP does not have. */
export type CompleteHealthCheck = HealthCheckConfig & Required<Pick<HealthCheckConfig, 'port' | 'protocol' | 'intervalSeconds'>>;

interface Defaults {
  readonly protocol: 'TCP' | 'HTTP';
  readonly port: string;
  readonly path: string;
  readonly timeoutSeconds: number;
  readonly thresholdCount: number;
}

const INTERVAL_SECONDS = 10;
const SUCCESS_CODES = '200-399';
const ORDINARY: Defaults = { protocol: 'TCP', port: TRAFFIC_PORT, path: '/', timeoutSeconds: 10, thresholdCount: 3 };

/** The health check of a target group: the base Service's annotations over the defaults that the target group's own Service has (LBC's behaviour §1.9). */
export function buildHealthCheck(request: ServiceRequest, service: Service, targetType: TargetType): CompleteHealthCheck {
  const { read, settings } = request;
  const defaults = defaultsOf(service, targetType);
  const protocol = read('healthCheckProtocol') ?? defaults.protocol;
  const port = healthCheckPort(request, { service, targetType, fallback: defaults.port });
  const intervalSeconds = read('healthCheckInterval') ?? INTERVAL_SECONDS;
  const isAdvanced = settings.featureGates.NLBHealthCheckAdvancedConfig;
  return {
    port,
    protocol,
    ...(protocol !== 'TCP' && { path: read('healthCheckPath') ?? defaults.path }),
    ...(protocol !== 'TCP' && isAdvanced && { matcher: { httpCode: read('healthCheckSuccessCodes') ?? SUCCESS_CODES } }),
    intervalSeconds,
    timeoutSeconds: (isAdvanced ? read('healthCheckTimeout') : undefined) ?? defaults.timeoutSeconds,
    healthyThresholdCount: read('healthCheckHealthyThreshold') ?? defaults.thresholdCount,
    unhealthyThresholdCount: read('healthCheckUnhealthyThreshold') ?? defaults.thresholdCount,
  };
}

/** With externalTrafficPolicy Local kube-proxy says on a node port of its own whether a node has a pod. */
function defaultsOf({ spec }: Service, targetType: TargetType): Defaults {
  if (targetType !== 'instance' || spec.externalTrafficPolicy !== 'Local' || spec.type !== 'LoadBalancer') return ORDINARY;
  return { protocol: 'HTTP', port: String(spec.healthCheckNodePort ?? 0), path: '/healthz', timeoutSeconds: 6, thresholdCount: 2 };
}

function healthCheckPort({ read }: ServiceRequest, { service, targetType, fallback }: { service: Service; targetType: TargetType; fallback: string }): number | string {
  const raw = read('healthCheckPort') ?? fallback;
  if (raw === TRAFFIC_PORT) return TRAFFIC_PORT;
  const number = parseInt32(raw);
  if (number !== undefined) return number;
  const port = findPort(service, raw);
  if (port === undefined) return refuse('HealthCheckPortNotFound', `annotation ${read.key('healthCheckPort')} must be ${TRAFFIC_PORT}, a port number, or the name of a port of Service ${service.metadata.name}, got ${quote(raw)}; correct it or remove the annotation`);
  if (targetType === 'instance') return port.nodePort ?? 0;
  if (typeof port.targetPort === 'string') return refuse('HealthCheckPortNotNumeric', `annotation ${read.key('healthCheckPort')} names port ${quote(raw)}, whose target port ${quote(port.targetPort)} is itself a name and can differ from pod to pod; write a port number`);
  return port.targetPort ?? 0;
}

/** A port of a Service by number or by name. */
export function findPort(service: Service, numberOrName: number | string): ServicePort | undefined {
  return (service.spec.ports ?? []).find(({ name, port }) => (typeof numberOrName === 'number' ? port === numberOrName : (name ?? '') === numberOrName));
}
