import type { ListenerRecord, LoadBalancerRecord, TargetGroupRecord } from './state';

/** One attribute: its default, and whether a value is one that AWS takes. */
export interface AttributeRule {
  readonly byDefault: string;
  readonly accepts: (value: string) => boolean;
}

/** The attributes that one resource has, by key, in AWS's order. */
export type AttributeTable = Readonly<Record<string, AttributeRule>>;

const rule = (byDefault: string, accepts: (value: string) => boolean): AttributeRule => ({ byDefault, accepts });
const flag = (byDefault: 'true' | 'false') => rule(byDefault, (value) => value === 'true' || value === 'false');
const oneOf = (byDefault: string, ...others: string[]) => rule(byDefault, (value) => value === byDefault || others.includes(value));
const text = (byDefault = '') => rule(byDefault, (value) => value.length <= 1024);
const isIn = (min: number, max: number) => (value: string) => /^\d+$/.test(value) && Number(value) >= min && Number(value) <= max;
const number = (byDefault: string, min: number, max: number) => rule(byDefault, isIn(min, max));
const numberOrOff = (byDefault: string, max: number) => rule(byDefault, (value) => value === 'off' || isIn(1, max)(value));

const logs = (kind: string): AttributeTable => ({ [`${kind}.s3.enabled`]: flag('false'), [`${kind}.s3.bucket`]: text(), [`${kind}.s3.prefix`]: text() });

/** AWS: "LoadBalancerAttribute". */
export function loadBalancerAttributes({ type, scheme }: Pick<LoadBalancerRecord, 'type' | 'scheme'>): AttributeTable {
  const both = {
    ...logs('access_logs'),
    'deletion_protection.enabled': flag('false'),
    'ipv6.deny_all_igw_traffic': flag(scheme === 'internal' ? 'true' : 'false'),
    'zonal_shift.config.enabled': flag('false'),
  };
  if (type === 'network') {
    return {
      ...both,
      'load_balancing.cross_zone.enabled': flag('false'),
      'dns_record.client_routing_policy': oneOf('any_availability_zone', 'availability_zone_affinity', 'partial_availability_zone_affinity'),
      'secondary_ips.auto_assigned.per_subnet': number('0', 0, 7),
    };
  }
  return {
    ...both,
    ...logs('connection_logs'),
    ...logs('health_check_logs'),
    'load_balancing.cross_zone.enabled': oneOf('true'),
    'idle_timeout.timeout_seconds': number('60', 1, 4000),
    'client_keep_alive.seconds': number('3600', 60, 604_800),
    'routing.http.desync_mitigation_mode': oneOf('defensive', 'monitor', 'strictest'),
    'routing.http.drop_invalid_header_fields.enabled': flag('false'),
    'routing.http.preserve_host_header.enabled': flag('false'),
    'routing.http.x_amzn_tls_version_and_cipher_suite.enabled': flag('false'),
    'routing.http.xff_client_port.enabled': flag('false'),
    'routing.http.xff_header_processing.mode': oneOf('append', 'preserve', 'remove'),
    'routing.http2.enabled': flag('true'),
    'waf.fail_open.enabled': flag('false'),
  };
}

const unhealthyThresholds: AttributeTable = {
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count': number('1', 1, 1000),
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage': numberOrOff('off', 100),
  'target_group_health.dns_failover.minimum_healthy_targets.count': numberOrOff('1', 1000),
  'target_group_health.dns_failover.minimum_healthy_targets.percentage': numberOrOff('off', 100),
};

/** AWS: "TargetGroupAttribute". */
export function targetGroupAttributes({ targetType, protocol }: Pick<TargetGroupRecord, 'targetType' | 'protocol'>): AttributeTable {
  if (targetType === 'lambda') return { 'lambda.multi_value_headers.enabled': flag('false'), 'stickiness.enabled': flag('false'), ...applicationStickiness };
  return protocol === 'HTTP' || protocol === 'HTTPS' ? applicationTargetGroup : networkTargetGroup({ targetType, protocol: protocol ?? 'TCP' });
}

const applicationStickiness: AttributeTable = {
  'stickiness.type': oneOf('lb_cookie', 'app_cookie'),
  'stickiness.app_cookie.cookie_name': text(),
  'stickiness.app_cookie.duration_seconds': number('86400', 1, 604_800),
  'stickiness.lb_cookie.duration_seconds': number('86400', 1, 604_800),
};

const shared: AttributeTable = {
  'deregistration_delay.timeout_seconds': number('300', 0, 3600),
  'stickiness.enabled': flag('false'),
  'load_balancing.cross_zone.enabled': oneOf('use_load_balancer_configuration', 'true', 'false'),
  ...unhealthyThresholds,
};

const applicationTargetGroup: AttributeTable = {
  ...shared,
  ...applicationStickiness,
  'load_balancing.algorithm.type': oneOf('round_robin', 'least_outstanding_requests', 'weighted_random'),
  'load_balancing.algorithm.anomaly_mitigation': oneOf('off', 'on'),
  'slow_start.duration_seconds': rule('0', (value) => value === '0' || isIn(30, 900)(value)),
};

function networkTargetGroup({ targetType, protocol }: { targetType: string; protocol: string }): AttributeTable {
  const isDatagram = protocol === 'UDP' || protocol === 'TCP_UDP' || protocol === 'QUIC' || protocol === 'TCP_QUIC';
  // Client addresses are kept unless the targets are addresses reached over TCP or TLS; for datagrams that cannot be turned off.
  const keepsClientAddress = targetType !== 'ip' || isDatagram;
  return {
    ...shared,
    'stickiness.type': oneOf('source_ip', 'source_ip_dest_ip', 'source_ip_dest_ip_proto'),
    'proxy_protocol_v2.enabled': flag('false'),
    'preserve_client_ip.enabled': isDatagram ? oneOf('true') : flag(keepsClientAddress ? 'true' : 'false'),
    'deregistration_delay.connection_termination.enabled': flag(protocol === 'UDP' || protocol === 'TCP_UDP' ? 'true' : 'false'),
    'target_health_state.unhealthy.connection_termination.enabled': isDatagram ? oneOf('false') : flag('true'),
    'target_health_state.unhealthy.draining_interval_seconds': number('0', 0, 360_000),
  };
}

const responseHeaders = [
  'strict_transport_security',
  'access_control_allow_origin',
  'access_control_allow_methods',
  'access_control_allow_headers',
  'access_control_allow_credentials',
  'access_control_expose_headers',
  'access_control_max_age',
  'content_security_policy',
  'x_content_type_options',
  'x_frame_options',
];

const requestHeaders: Readonly<Record<string, string>> = {
  x_amzn_mtls_clientcert_serial_number: 'X-Amzn-Mtls-Clientcert-Serial-Number',
  x_amzn_mtls_clientcert_issuer: 'X-Amzn-Mtls-Clientcert-Issuer',
  x_amzn_mtls_clientcert_subject: 'X-Amzn-Mtls-Clientcert-Subject',
  x_amzn_mtls_clientcert_validity: 'X-Amzn-Mtls-Clientcert-Validity',
  x_amzn_mtls_clientcert_leaf: 'X-Amzn-Mtls-Clientcert-Leaf',
  x_amzn_mtls_clientcert: 'X-Amzn-Mtls-Clientcert',
  x_amzn_tls_version: 'X-Amzn-Tls-Version',
  x_amzn_tls_cipher_suite: 'X-Amzn-Tls-Cipher-Suite',
};

/** AWS: "ListenerAttribute". TLS, UDP and QUIC listeners have none. */
export function listenerAttributes({ protocol }: Pick<ListenerRecord, 'protocol'>): AttributeTable {
  if (protocol === 'TCP' || protocol === 'TCP_UDP' || protocol === 'TCP_QUIC') return { 'tcp.idle_timeout.seconds': number('350', 60, 6000) };
  if (protocol !== 'HTTP' && protocol !== 'HTTPS') return {};
  const responses = Object.fromEntries(responseHeaders.map((header) => [`routing.http.response.${header}.header_value`, text()]));
  const requests = Object.fromEntries(Object.entries(requestHeaders).map(([header, name]) => [`routing.http.request.${header}.header_name`, text(name)]));
  return { 'routing.http.response.server.enabled': flag('true'), ...responses, ...(protocol === 'HTTPS' && requests) };
}
