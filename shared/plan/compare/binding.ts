import { bindingLabels } from '../../desired/tracking';
import type { TargetGroupBindingSpec, Token } from '../../model/model';
import type { Difference, PlanContext } from '../change';
import type { Desired, Seen } from '../../model/members';
import type { Identity } from './identity';

/**
 * The object's spec exactly, its labels and annotations as far as they are stated. Name and namespace are not compared: a binding is
 * known by its target group and keeps the name it has (LBC's behaviour §5.5).
 */
export function compareBinding(desired: Desired<'target-group-binding'>, observed: Seen<'target-group-binding'>, context: PlanContext, identity: Identity): Difference[] {
  const wanted = labelled(desired, context).template;
  const seen = observed.spec.template;
  const fields = [
    ...specFields(wanted.spec, identity.desired, seen.spec, identity.observed),
    ...(states(wanted.metadata.labels, seen.metadata.labels) ? [] : ['labels']),
    ...(states(wanted.metadata.annotations, seen.metadata.annotations) ? [] : ['annotations']),
  ];
  const { name, namespace } = seen.metadata;
  return fields.length === 0 ? [] : [{ kind: 'binding', fields, to: { template: { ...wanted, metadata: { ...wanted.metadata, name, namespace } } } }];
}

/** The binding with the labels that tell whose it is. */
export function labelled(desired: Desired<'target-group-binding'>, context: PlanContext): TargetGroupBindingSpec {
  const { metadata, spec } = desired.spec.template;
  return { template: { metadata: { ...metadata, labels: { ...metadata.labels, ...bindingLabels(context.stack) } }, spec } };
}

type BindingSpec = TargetGroupBindingSpec['template']['spec'];
type Tell = (token: Token) => string;

function specFields(desired: BindingSpec, tellDesired: Tell, observed: BindingSpec, tellObserved: Tell): string[] {
  const left = comparable(desired, tellDesired);
  const right = comparable(observed, tellObserved);
  return Object.keys(left).filter((field) => JSON.stringify(left[field]) !== JSON.stringify(right[field]));
}

/** The spec with one text per field: no field that means nothing, no order where there is none. */
function comparable(spec: BindingSpec, tell: Tell): Record<string, unknown> {
  return {
    targetGroupARN: tell(spec.targetGroupARN),
    targetType: spec.targetType,
    targetGroupProtocol: spec.targetGroupProtocol ?? null,
    serviceRef: [spec.serviceRef.name, String(spec.serviceRef.port)],
    networking: spec.networking?.ingress?.map((rule) => [rule.from.map((peer) => peerText(peer, tell)).sort(), (rule.ports ?? []).map(portText).sort()]) ?? null,
    nodeSelector: Object.entries(spec.nodeSelector?.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`).sort(),
    ipAddressType: spec.ipAddressType ?? 'ipv4',
    vpcID: spec.vpcID ?? null,
    multiClusterTargetGroup: spec.multiClusterTargetGroup ?? false,
  };
}

type Rule = NonNullable<NonNullable<BindingSpec['networking']>['ingress']>[number];

function peerText(peer: Rule['from'][number], tell: Tell): string {
  return 'ipBlock' in peer ? peer.ipBlock.cidr : tell(peer.securityGroup.groupID);
}

function portText(port: NonNullable<Rule['ports']>[number]): string {
  return `${port.protocol ?? 'TCP'} ${port.port ?? ''}`;
}

function states(wanted: Readonly<Record<string, string>> | undefined, seen: Readonly<Record<string, string>> | undefined): boolean {
  return Object.entries(wanted ?? {}).every(([key, value]) => seen?.[key] === value);
}
