import type { HealthCheckConfig, TargetGroupSpec } from '../model/model';
import { quote } from '../desired/text';
import { annotation } from './annotation-words';
import { madeOf, mendedOf } from './planned-writes';
import type { Finding, Preflight } from './preflight';

/** Health checks of target groups that are made or get another one. AWS: CreateTargetGroup. */
export function checkHealthChecks({ plan }: Preflight): Finding[] {
  const made = madeOf(plan, 'target-group').map(({ desired }) => desired.spec);
  const mended = mendedOf(plan, 'target-group', 'healthCheck').map(({ desired }) => desired.spec);
  const faults = [...made, ...mended].flatMap(({ healthCheckConfig = {} }: TargetGroupSpec) => faultsOf(healthCheckConfig));
  return [...new Set(faults)].map((message) => ({ code: 'InvalidHealthCheck', message }));
}

function faultsOf({ path, matcher, intervalSeconds, timeoutSeconds, healthyThresholdCount, unhealthyThresholdCount }: HealthCheckConfig): string[] {
  const tooLong = intervalSeconds !== undefined && timeoutSeconds !== undefined && timeoutSeconds > intervalSeconds;
  return [
    ...outside(intervalSeconds, { min: 5, max: 300, where: annotation('healthCheckInterval') }),
    ...outside(timeoutSeconds, { min: 2, max: 120, where: annotation('healthCheckTimeout') }),
    ...outside(healthyThresholdCount, { min: 2, max: 10, where: annotation('healthCheckHealthyThreshold') }),
    ...outside(unhealthyThresholdCount, { min: 2, max: 10, where: annotation('healthCheckUnhealthyThreshold') }),
    ...(tooLong ? [`${annotation('healthCheckTimeout')} must be at most the interval of ${intervalSeconds} s, got ${timeoutSeconds}; shorten it, or lengthen ${annotation('healthCheckInterval')}`] : []),
    ...(path !== undefined && !(path.startsWith('/') && path.length <= 1024) ? [`${annotation('healthCheckPath')} must begin with a slash and have at most 1024 characters, got ${quote(path)}; correct it`] : []),
    ...(matcher?.httpCode !== undefined && !areCodes(matcher.httpCode) ? [`${annotation('healthCheckSuccessCodes')} must be codes from 200 to 599 like 200, 200,202 or 200-399, got ${quote(matcher.httpCode)}; correct it`] : []),
  ];
}

function outside(value: number | undefined, { min, max, where }: { min: number; max: number; where: string }): string[] {
  return value === undefined || (value >= min && value <= max) ? [] : [`${where} must be from ${min} to ${max}, got ${value}; correct it`];
}

function areCodes(codes: string): boolean {
  return codes.split(',').every((part) => {
    const [from, to = from, ...rest] = part.split('-');
    const isCode = (text = '') => /^\d{3}$/.test(text) && Number(text) >= 200 && Number(text) <= 599;
    return rest.length === 0 && isCode(from) && isCode(to) && Number(from) <= Number(to);
  });
}
