import { type ApiObject, RESOURCES } from '../kubernetes/cluster-client';
import type { Tags, TargetGroupBindingSpec } from '../model/model';
import { type ApplyContext, resolveToken } from './apply-context';

const API_VERSION = 'elbv2.k8s.aws/v1beta1';

/** Writes the object into the cluster, whether it is there or not. Answers `namespace/name`. */
export async function writeTargetGroupBinding(context: ApplyContext, { template }: TargetGroupBindingSpec, labels: Tags): Promise<string> {
  const { name, namespace, annotations } = template.metadata;
  const object: ApiObject = {
    apiVersion: API_VERSION,
    kind: 'TargetGroupBinding',
    metadata: { name, namespace, labels: { ...labels }, ...(annotations ? { annotations: { ...annotations } } : {}) },
    spec: literalSpec(context, template.spec),
  };
  await context.cluster.apply(RESOURCES.targetGroupBindings, object);
  return `${namespace}/${name}`;
}

/** Puts spec and labels of an object that drifted back, whoever wrote it. A replaced spec drops what the model does not have. */
export async function rewriteTargetGroupBinding(context: ApplyContext, spec: TargetGroupBindingSpec): Promise<void> {
  const { name, namespace, labels = {} } = spec.template.metadata;
  const found = await context.cluster.get(RESOURCES.targetGroupBindings, { namespace, name });
  if (!found) return void (await writeTargetGroupBinding(context, spec, labels));
  await context.cluster.patch(RESOURCES.targetGroupBindings, { namespace, name }, {
    type: 'json',
    body: [
      { op: 'replace', path: '/spec', value: literalSpec(context, spec.template.spec) },
      { op: found.metadata.labels ? 'replace' : 'add', path: '/metadata/labels', value: { ...found.metadata.labels, ...labels } },
    ],
  });
}

/** Deletes the object; its rules and targets go by the target lane. */
export async function deleteTargetGroupBinding(context: Pick<ApplyContext, 'cluster'>, physicalId: string): Promise<void> {
  const [namespace = '', name = ''] = physicalId.split('/');
  await context.cluster.delete(RESOURCES.targetGroupBindings, { namespace, name });
}

type Spec = TargetGroupBindingSpec['template']['spec'];

function literalSpec(context: ApplyContext, spec: Spec): Record<string, unknown> {
  const { networking, ...rest } = spec;
  return {
    ...rest,
    targetGroupARN: resolveToken(context, spec.targetGroupARN),
    ...(networking
      ? {
          networking: {
            ingress: (networking.ingress ?? []).map(({ from, ports }) => ({
              from: from.map((peer) => ('securityGroup' in peer ? { securityGroup: { groupID: resolveToken(context, peer.securityGroup.groupID) } } : peer)),
              ports,
            })),
          },
        }
      : {}),
  };
}
