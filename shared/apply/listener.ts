import { awsCode, isRefused } from '../aws/errors';
import type { ListenerSpec } from '../model/model';
import type { Creation, Difference } from '../plan/change';
import { type ApplyContext, compact, hasSameIdentity, resolveToken } from './apply-context';
import { nameTaken } from './security-group';
import { pairs, updateTags } from './target-group';

/** Makes the listener, or finds the one that an earlier attempt made. Answers its ARN. */
export async function createListener(context: ApplyContext, { tags }: Creation, spec: ListenerSpec): Promise<string> {
  const loadBalancerArn = resolveToken(context, spec.loadBalancerARN);
  try {
    const created = await context.elbv2.createListener({
      LoadBalancerArn: loadBalancerArn,
      ...settings(context, spec),
      ...(Object.keys(tags).length > 0 ? { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) } : {}),
    });
    return created.ListenerArn;
  } catch (error) {
    if (awsCode(error) !== 'DuplicateListener') throw error;
    const found = (await context.elbv2.describeListeners(loadBalancerArn)).find(({ Port }) => Port === spec.port);
    const foundTags = found ? (await context.elbv2.describeTags([found.ListenerArn])).get(found.ListenerArn) : undefined;
    // Without tags on listeners (LBC's gate) the load balancer's own tags are all the identity there is.
    if (found && (Object.keys(tags).length === 0 || (foundTags && hasSameIdentity(foundTags, tags)))) return found.ListenerArn;
    throw nameTaken(`listener on port ${spec.port} of ${loadBalancerArn}`, found?.ListenerArn, error);
  }
}

/** Brings one aspect of the listener to the plan. Certificates are added before others are removed. */
export async function updateListener(context: ApplyContext, arn: string, difference: Difference): Promise<void> {
  const { elbv2 } = context;
  if (difference.kind === 'tags') await updateTags(context, arn, difference);
  if (difference.kind === 'listener') await updateSettings(context, arn, difference);
  if (difference.kind === 'attributes') await elbv2.modifyListenerAttributes(arn, pairs(difference.set));
  if (difference.kind === 'certificates') {
    for (const certificate of difference.add) await elbv2.addListenerCertificates(arn, [certificate]);
    for (const certificate of difference.remove) await elbv2.removeListenerCertificates(arn, [certificate]);
  }
}

/** Where a successor is to be checked beside the old target group and AWS does not take both behind one listener, the traffic moves at once. */
async function updateSettings(context: ApplyContext, arn: string, { to, meanwhile }: Extract<Difference, { kind: 'listener' }>): Promise<void> {
  const modify = (spec: ListenerSpec) => context.elbv2.modifyListener({ ListenerArn: arn, ...settings(context, spec) });
  if (!meanwhile) return modify(to);
  try {
    await modify({ ...to, defaultActions: meanwhile });
  } catch (error) {
    if (!isRefused(error)) throw error;
    await modify(to);
  }
}

/** Moves the traffic of a listener to the target groups that were checked meanwhile. */
export async function finishHandover(context: ApplyContext, arn: string, { to }: Extract<Difference, { kind: 'listener' }>): Promise<void> {
  await context.elbv2.modifyListener({ ListenerArn: arn, ...settings(context, to) });
}

function settings(context: ApplyContext, spec: ListenerSpec) {
  const [first] = spec.certificates ?? [];
  return {
    Port: spec.port,
    Protocol: spec.protocol,
    DefaultActions: spec.defaultActions.map(({ type, forwardConfig }, index) => ({
      Type: type,
      Order: index + 1,
      ...(forwardConfig
        ? {
            ForwardConfig: compact({
              TargetGroups: forwardConfig.targetGroups.map(({ targetGroupARN, weight }) => compact({ TargetGroupArn: resolveToken(context, targetGroupARN), Weight: weight })),
              TargetGroupStickinessConfig: forwardConfig.targetGroupStickinessConfig
                ? compact({ Enabled: forwardConfig.targetGroupStickinessConfig.enabled, DurationSeconds: forwardConfig.targetGroupStickinessConfig.durationSeconds })
                : undefined,
            }),
          }
        : {}),
    })),
    ...(first ? { Certificates: [{ CertificateArn: first.certificateARN }] } : {}),
    ...compact({ SslPolicy: spec.sslPolicy, AlpnPolicy: spec.alpnPolicy ? [...spec.alpnPolicy] : undefined }),
  };
}
