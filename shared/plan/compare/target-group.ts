import type { HealthCheckConfig, TargetGroupSpec } from '../../model/model';
import type { Difference, PlanContext } from '../change';
import { statedAttributes } from '../default-attributes';
import type { Desired, Seen } from '../../model/members';
import { compareAttributes } from './attributes';
import { compareTags } from './tags';

/** Tags, health check, attributes; of a group that fits. */
export function compareTargetGroup(desired: Desired<'target-group'>, observed: Seen<'target-group'>, context: PlanContext): Difference[] {
  return [
    ...compareTags(desired, observed, context),
    ...compareHealthCheck(desired.spec.healthCheckConfig ?? {}, observed.spec.healthCheckConfig ?? {}),
    ...compareAttributes(statedAttributes(desired), observed.spec.targetGroupAttributes),
  ];
}

/**
 * What AWS has no Modify for. Port and name are not among them, as in LBC: targets are registered with ports of their own, and an
 * adopted group keeps the name it was made with (LBC's behaviour §5.5). The IP family is, unlike in LBC: targets of the other family cannot be registered.
 */
export function immutableDifferences(desired: TargetGroupSpec, observed: TargetGroupSpec): Difference[] {
  const fields: [string, string | undefined, string | undefined][] = [
    ['targetType', observed.targetType, desired.targetType],
    ['protocol', observed.protocol, desired.protocol],
    ['protocolVersion', observed.protocolVersion, desired.protocolVersion ?? observed.protocolVersion],
    ['ipAddressType', observed.ipAddressType, desired.ipAddressType],
    ['targetControlPort', observed.targetControlPort?.toString(), desired.targetControlPort?.toString()],
  ];
  return fields.flatMap(([field, from, to]): Difference[] => (from === to ? [] : [{ kind: 'immutable', field, from: from ?? 'none', to: to ?? 'none' }]));
}

/** Only the fields that are desired; one ModifyTargetGroup then sends all of them. */
function compareHealthCheck(desired: HealthCheckConfig, observed: HealthCheckConfig): Difference[] {
  const differs =
    stated(desired.port, observed.port) ||
    stated(desired.protocol, observed.protocol) ||
    stated(desired.path, observed.path) ||
    stated(desired.matcher?.httpCode, observed.matcher?.httpCode) ||
    stated(desired.matcher?.grpcCode, observed.matcher?.grpcCode) ||
    stated(desired.intervalSeconds, observed.intervalSeconds) ||
    stated(desired.timeoutSeconds, observed.timeoutSeconds) ||
    stated(desired.healthyThresholdCount, observed.healthyThresholdCount) ||
    stated(desired.unhealthyThresholdCount, observed.unhealthyThresholdCount);
  return differs ? [{ kind: 'healthCheck', from: observed, to: desired }] : [];
}

/** Whether something is desired and seen otherwise. AWS tells ports as text, so text is compared. */
function stated(desired: string | number | undefined, observed: string | number | undefined): boolean {
  return desired !== undefined && String(desired) !== String(observed ?? '');
}
