import type { Matcher } from '@aws-sdk/client-elastic-load-balancing-v2';
import { assertInRange, assertOneOf, validationError } from './refusals';
import type { HealthCheck, TargetGroupRecord, TargetType } from './state';

/** The health check members of CreateTargetGroup and ModifyTargetGroup. */
export interface HealthCheckInput {
  readonly HealthCheckProtocol?: string | undefined;
  readonly HealthCheckPort?: string | undefined;
  readonly HealthCheckEnabled?: boolean | undefined;
  readonly HealthCheckPath?: string | undefined;
  readonly HealthCheckIntervalSeconds?: number | undefined;
  readonly HealthCheckTimeoutSeconds?: number | undefined;
  readonly HealthyThresholdCount?: number | undefined;
  readonly UnhealthyThresholdCount?: number | undefined;
  readonly Matcher?: Matcher | undefined;
}

type Owner = Pick<TargetGroupRecord, 'targetType' | 'protocol' | 'protocolVersion'>;

/** A health check with AWS's defaults where nothing is asked for, or where a change of its protocol makes them apply anew. AWS: "CreateTargetGroup". */
export function healthCheckOf(owner: Owner, input: HealthCheckInput, present?: HealthCheck): HealthCheck {
  const protocol = input.HealthCheckProtocol ?? present?.protocol ?? defaultProtocol(owner);
  const isHttp = protocol === 'HTTP' || protocol === 'HTTPS';
  const isGrpc = owner.protocolVersion === 'GRPC';
  // A switch between TCP and HTTP leaves nothing of the former to keep.
  const kept = present?.protocol === protocol || (isHttp && present?.httpCode !== undefined) ? present : undefined;
  const check: HealthCheck = {
    enabled: input.HealthCheckEnabled ?? present?.enabled ?? owner.targetType !== 'lambda',
    protocol,
    port: input.HealthCheckPort ?? present?.port ?? 'traffic-port',
    intervalSeconds: input.HealthCheckIntervalSeconds ?? present?.intervalSeconds ?? (owner.targetType === 'lambda' ? 35 : 30),
    timeoutSeconds: input.HealthCheckTimeoutSeconds ?? kept?.timeoutSeconds ?? defaultTimeout(owner, protocol),
    healthyThreshold: input.HealthyThresholdCount ?? present?.healthyThreshold ?? 5,
    unhealthyThreshold: input.UnhealthyThresholdCount ?? present?.unhealthyThreshold ?? 2,
    ...(isHttp && { path: input.HealthCheckPath ?? kept?.path ?? (isGrpc ? '/AWS.ALB/healthcheck' : '/') }),
    ...(isHttp && isGrpc && { grpcCode: input.Matcher?.GrpcCode ?? kept?.grpcCode ?? '12' }),
    ...(isHttp && !isGrpc && { httpCode: input.Matcher?.HttpCode ?? kept?.httpCode ?? (isApplication(owner) ? '200' : '200-399') }),
  };
  assertAsked(owner, input, { isHttp, isGrpc });
  assertCheck(owner, check);
  return check;
}

function isApplication({ targetType, protocol }: Owner): boolean {
  return targetType === 'lambda' || protocol === 'HTTP' || protocol === 'HTTPS';
}

function defaultProtocol({ targetType, protocol }: Owner): string {
  if (targetType === 'lambda' || targetType === 'alb') return 'HTTP';
  return protocol === 'HTTP' || protocol === 'HTTPS' ? protocol : 'TCP';
}

function defaultTimeout(owner: Owner, protocol: string): number {
  if (owner.targetType === 'lambda') return 30;
  if (isApplication(owner)) return 5;
  return protocol === 'HTTP' ? 6 : 10;
}

function assertAsked({ targetType }: { targetType: TargetType }, input: HealthCheckInput, { isHttp, isGrpc }: { isHttp: boolean; isGrpc: boolean }): void {
  if (!isHttp && input.HealthCheckPath !== undefined) throw validationError('Health check path is supported only for HTTP and HTTPS health checks');
  if (!isHttp && input.Matcher !== undefined) throw validationError('A matcher is supported only for HTTP and HTTPS health checks');
  if (isHttp && input.Matcher?.GrpcCode !== undefined && !isGrpc) throw validationError('GrpcCode is supported only for the protocol version GRPC');
  if (isGrpc && input.Matcher?.HttpCode !== undefined) throw validationError('HttpCode is not supported for the protocol version GRPC');
  if (input.HealthCheckEnabled === false && targetType !== 'lambda') throw validationError(`Health checks cannot be disabled for the target type '${targetType}'`);
}

function assertCheck(owner: Owner, check: HealthCheck): void {
  assertOneOf(check.protocol, isApplication(owner) ? ['HTTP', 'HTTPS'] : ['HTTP', 'HTTPS', 'TCP'], 'healthCheckProtocol');
  if (owner.targetType === 'alb' && check.protocol === 'TCP') throw validationError('TCP health checks are not supported for the target type alb');
  assertInRange(check.intervalSeconds, { min: 5, max: 300 }, 'Health check interval');
  assertInRange(check.timeoutSeconds, { min: 2, max: 120 }, 'Health check timeout');
  assertInRange(check.healthyThreshold, { min: 2, max: 10 }, 'Healthy threshold count');
  assertInRange(check.unhealthyThreshold, { min: 2, max: 10 }, 'Unhealthy threshold count');
  // AWS: "Health check interval must be greater than the timeout" holds for HTTP target groups; for others they may be equal.
  const isTooLong = isApplication(owner) ? check.timeoutSeconds >= check.intervalSeconds : check.timeoutSeconds > check.intervalSeconds;
  if (isTooLong) throw validationError('Health check interval must be greater than the timeout.');
  // The API documents a string without a range.
  if (!/^(traffic-port|-?\d+)$/.test(check.port)) throw validationError(`Health check port '${check.port}' must be 'traffic-port' or a number`);
  if (check.path !== undefined && (!check.path.startsWith('/') || check.path.length > 1024)) throw validationError(`Health check path '${check.path}' must begin with '/' and have at most 1024 characters`);
  if (check.httpCode !== undefined) assertCodes(check.httpCode, { min: 200, max: isApplication(owner) ? 499 : 599 });
  if (check.grpcCode !== undefined) assertCodes(check.grpcCode, { min: 0, max: 99 });
}

/** Codes as AWS writes them: `200`, `200,202`, `200-299`. */
function assertCodes(codes: string, { min, max }: { min: number; max: number }): void {
  const isValid = codes.split(',').every((part) => {
    const [from, to = from, ...rest] = part.split('-');
    const isNumber = (text: string | undefined) => /^\d{1,3}$/.test(text ?? '') && Number(text) >= min && Number(text) <= max;
    return rest.length === 0 && isNumber(from) && isNumber(to) && Number(from) <= Number(to);
  });
  if (!isValid) throw validationError(`Health check matcher '${codes}' must be made of codes from ${min} to ${max}`);
}
