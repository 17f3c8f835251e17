import type { Pairs } from '../aws/elbv2';
import { awsCode } from '../aws/errors';
import type { HealthCheckConfig, TargetGroupSpec } from '../model/model';
import type { Creation, Difference } from '../plan/change';
import { type ApplyContext, compact, hasSameIdentity } from './apply-context';
import { nameTaken } from './security-group';

/** Makes the target group, or finds the one that an earlier attempt made. Answers its ARN. `UserConfig` where the name is somebody else's. */
export async function createTargetGroup(context: ApplyContext, { tags }: Creation, spec: TargetGroupSpec): Promise<string> {
  try {
    const created = await context.elbv2.createTargetGroup({
      Name: spec.name,
      TargetType: spec.targetType,
      Protocol: spec.protocol,
      Port: spec.port,
      VpcId: context.vpcId,
      HealthCheckEnabled: true,
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
      ...(spec.ipAddressType === 'ipv6' ? { IpAddressType: 'ipv6' } : {}),
      ...compact({ ProtocolVersion: spec.protocolVersion, TargetControlPort: spec.targetControlPort }),
      ...healthCheck(spec.healthCheckConfig ?? {}),
    });
    return created.TargetGroupArn;
  } catch (error) {
    if (awsCode(error) !== 'DuplicateTargetGroupName') throw error;
    const [found] = await context.elbv2.describeTargetGroups({ names: [spec.name] });
    const foundTags = found ? (await context.elbv2.describeTags([found.TargetGroupArn])).get(found.TargetGroupArn) : undefined;
    if (found && foundTags && hasSameIdentity(foundTags, tags)) return found.TargetGroupArn;
    throw nameTaken(`target group ${spec.name}`, found?.TargetGroupArn, error);
  }
}

/** Brings tags, health check and attributes to the plan. */
export async function updateTargetGroup(context: ApplyContext, arn: string, difference: Difference): Promise<void> {
  if (difference.kind === 'tags') await updateTags(context, arn, difference);
  if (difference.kind === 'healthCheck') await context.elbv2.modifyTargetGroup({ TargetGroupArn: arn, HealthCheckEnabled: true, ...healthCheck(difference.to) });
  if (difference.kind === 'attributes') await context.elbv2.modifyTargetGroupAttributes(arn, pairs(difference.set));
}

/** Tags of an ELBv2 resource. */
export async function updateTags(context: ApplyContext, arn: string, { set, remove }: Extract<Difference, { kind: 'tags' }>): Promise<void> {
  if (Object.keys(set).length > 0) await context.elbv2.addTags([arn], set);
  if (remove.length > 0) await context.elbv2.removeTags([arn], remove);
}

/** Attributes by key. */
export function pairs(attributes: readonly { readonly key: string; readonly value: string }[]): Pairs {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, value]));
}

function healthCheck(config: HealthCheckConfig) {
  return compact({
    HealthCheckPort: config.port === undefined ? undefined : String(config.port),
    HealthCheckProtocol: config.protocol,
    HealthCheckPath: config.path,
    HealthCheckIntervalSeconds: config.intervalSeconds,
    HealthCheckTimeoutSeconds: config.timeoutSeconds,
    HealthyThresholdCount: config.healthyThresholdCount,
    UnhealthyThresholdCount: config.unhealthyThresholdCount,
    Matcher: config.matcher ? compact({ HttpCode: config.matcher.httpCode, GrpcCode: config.matcher.grpcCode }) : undefined,
  });
}
