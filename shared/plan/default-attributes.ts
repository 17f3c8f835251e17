import type { Attribute } from '../model/model';
import type { Desired } from '../model/members';

/**
 * What AWS sets by itself, so that a creation need not say it and nothing need be read to know (LBC reads the defaults after every creation).
 * Sources: AWS: ModifyLoadBalancerAttributes, ModifyTargetGroupAttributes, ModifyListenerAttributes. What depends on more than
 * is known here (the scheme, the Region) is left out: it is then simply sent.
 */
const NETWORK_LOAD_BALANCER: Readonly<Record<string, string>> = {
  'access_logs.s3.enabled': 'false',
  'access_logs.s3.bucket': '',
  'access_logs.s3.prefix': '',
  'deletion_protection.enabled': 'false',
  'load_balancing.cross_zone.enabled': 'false',
  'dns_record.client_routing_policy': 'any_availability_zone',
  'zonal_shift.config.enabled': 'false',
  'secondary_ips.auto_assigned.per_subnet': '0',
};

const APPLICATION_LOAD_BALANCER: Readonly<Record<string, string>> = {
  'access_logs.s3.enabled': 'false',
  'access_logs.s3.bucket': '',
  'access_logs.s3.prefix': '',
  'connection_logs.s3.enabled': 'false',
  'connection_logs.s3.bucket': '',
  'connection_logs.s3.prefix': '',
  'client_keep_alive.seconds': '3600',
  'deletion_protection.enabled': 'false',
  'idle_timeout.timeout_seconds': '60',
  'load_balancing.cross_zone.enabled': 'true',
  'routing.http.desync_mitigation_mode': 'defensive',
  'routing.http.drop_invalid_header_fields.enabled': 'false',
  'routing.http.preserve_host_header.enabled': 'false',
  'routing.http.x_amzn_tls_version_and_cipher_suite.enabled': 'false',
  'routing.http.xff_client_port.enabled': 'false',
  'routing.http.xff_header_processing.mode': 'append',
  'routing.http2.enabled': 'true',
  'waf.fail_open.enabled': 'false',
  'zonal_shift.config.enabled': 'false',
};

const ANY_TARGET_GROUP: Readonly<Record<string, string>> = {
  'deregistration_delay.timeout_seconds': '300',
  'stickiness.enabled': 'false',
  'load_balancing.cross_zone.enabled': 'use_load_balancer_configuration',
  'target_group_health.dns_failover.minimum_healthy_targets.count': '1',
  'target_group_health.dns_failover.minimum_healthy_targets.percentage': 'off',
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count': '1',
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage': 'off',
};

const NETWORK_TARGET_GROUP: Readonly<Record<string, string>> = {
  ...ANY_TARGET_GROUP,
  'proxy_protocol_v2.enabled': 'false',
  'stickiness.type': 'source_ip',
};

const APPLICATION_TARGET_GROUP: Readonly<Record<string, string>> = {
  ...ANY_TARGET_GROUP,
  'slow_start.duration_seconds': '0',
  'stickiness.type': 'lb_cookie',
  'stickiness.lb_cookie.duration_seconds': '86400',
  'load_balancing.algorithm.type': 'round_robin',
  'load_balancing.algorithm.anomaly_mitigation': 'off',
};

const TCP_LISTENER: Readonly<Record<string, string>> = { 'tcp.idle_timeout.seconds': '350' };

/** The desired attributes that AWS would not have by itself after the creation, by key. */
export function attributesBeyondDefaults(desired: Desired<'load-balancer'> | Desired<'target-group'> | Desired<'listener'>): Attribute[] {
  const defaults = defaultsFor(desired);
  return sortedByKey(statedAttributes(desired)).filter(({ key, value }) => defaults[key] !== value);
}

/** The attributes that a desired resource states. AWS has none for the listeners of protocol TLS that LBC would set (LBC's behaviour §5.5). */
export function statedAttributes(desired: Desired<'load-balancer'> | Desired<'target-group'> | Desired<'listener'>): readonly Attribute[] {
  if (desired.type === 'load-balancer') return desired.spec.loadBalancerAttributes ?? [];
  if (desired.type === 'target-group') return desired.spec.targetGroupAttributes ?? [];
  return desired.spec.protocol === 'TLS' ? [] : (desired.spec.listenerAttributes ?? []);
}

function defaultsFor(desired: Desired<'load-balancer'> | Desired<'target-group'> | Desired<'listener'>): Readonly<Record<string, string>> {
  if (desired.type === 'load-balancer') return desired.spec.type === 'network' ? NETWORK_LOAD_BALANCER : APPLICATION_LOAD_BALANCER;
  if (desired.type === 'listener') return desired.spec.protocol === 'TCP' ? TCP_LISTENER : {};
  return targetGroupDefaults(desired.spec.protocol, desired.spec.targetType);
}

function targetGroupDefaults(protocol: string, targetType: string): Readonly<Record<string, string>> {
  if (protocol === 'HTTP' || protocol === 'HTTPS') return APPLICATION_TARGET_GROUP;
  if (protocol !== 'TCP' && protocol !== 'TLS') return NETWORK_TARGET_GROUP;
  return {
    ...NETWORK_TARGET_GROUP,
    'deregistration_delay.connection_termination.enabled': 'false',
    // AWS: "disabled if the target group type is IP address and the protocol is TCP or TLS, else enabled"
    'preserve_client_ip.enabled': String(targetType !== 'ip'),
  };
}

/** In the order of their keys: the same request for the same content. Of a key that is stated twice, the last counts. */
export function sortedByKey(attributes: readonly Attribute[]): Attribute[] {
  const byKey = new Map(attributes.map((attribute) => [attribute.key, attribute]));
  return [...byKey.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}
