/** What AWS takes for one attribute, in words and as a test. */
export interface AttributeRule {
  readonly expected: string;
  readonly accepts: (value: string) => boolean;
}

export type AttributeRules = Readonly<Record<string, AttributeRule>>;

const flag: AttributeRule = { expected: 'true or false', accepts: (value) => value === 'true' || value === 'false' };
const text: AttributeRule = { expected: 'at most 1024 characters', accepts: (value) => value.length <= 1024 };
const oneOf = (...values: string[]): AttributeRule => ({ expected: values.join(', '), accepts: (value) => values.includes(value) });
const isIn = (min: number, max: number) => (value: string) => /^\d{1,6}$/.test(value) && Number(value) >= min && Number(value) <= max;
const number = (min: number, max: number): AttributeRule => ({ expected: `a number from ${min} to ${max}`, accepts: isIn(min, max) });
const numberOrOff = (max: number): AttributeRule => ({ expected: `off or a number from 1 to ${max}`, accepts: (value) => value === 'off' || isIn(1, max)(value) });

/** AWS: LoadBalancerAttribute, those of Network Load Balancers. */
export const LOAD_BALANCER_RULES: AttributeRules = {
  'access_logs.s3.enabled': flag,
  'access_logs.s3.bucket': text,
  'access_logs.s3.prefix': text,
  'deletion_protection.enabled': flag,
  'dns_record.client_routing_policy': oneOf('any_availability_zone', 'partial_availability_zone_affinity', 'availability_zone_affinity'),
  'ipv6.deny_all_igw_traffic': flag,
  'load_balancing.cross_zone.enabled': flag,
  'secondary_ips.auto_assigned.per_subnet': number(0, 7),
  'zonal_shift.config.enabled': flag,
};

const ANY_TARGET_GROUP: AttributeRules = {
  'deregistration_delay.timeout_seconds': number(0, 3600),
  'deregistration_delay.connection_termination.enabled': flag,
  'load_balancing.cross_zone.enabled': oneOf('true', 'false', 'use_load_balancer_configuration'),
  'preserve_client_ip.enabled': flag,
  'proxy_protocol_v2.enabled': flag,
  'stickiness.enabled': flag,
  'stickiness.type': oneOf('source_ip', 'source_ip_dest_ip', 'source_ip_dest_ip_proto'),
  'target_group_health.dns_failover.minimum_healthy_targets.count': numberOrOff(1000),
  'target_group_health.dns_failover.minimum_healthy_targets.percentage': numberOrOff(100),
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count': number(1, 1000),
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage': numberOrOff(100),
  'target_health_state.unhealthy.connection_termination.enabled': flag,
  'target_health_state.unhealthy.draining_interval_seconds': number(0, 360_000),
};

/** Datagrams keep their client's address, whatever is said (AWS: Edit target group attributes, client IP preservation). */
const DATAGRAM_TARGET_GROUP: AttributeRules = { ...ANY_TARGET_GROUP, 'preserve_client_ip.enabled': oneOf('true') };

/** AWS: TargetGroupAttribute, those of target groups behind Network Load Balancers. */
export function targetGroupRules(protocol: string): AttributeRules {
  return protocol === 'TCP' || protocol === 'TLS' ? ANY_TARGET_GROUP : DATAGRAM_TARGET_GROUP;
}

const TCP_LISTENER: AttributeRules = { 'tcp.idle_timeout.seconds': number(60, 6000) };

/** AWS: ListenerAttribute, those of listeners of Network Load Balancers. Listeners without TCP have none. */
export function listenerRules(protocol: string): AttributeRules {
  return protocol.startsWith('TCP') ? TCP_LISTENER : {};
}
