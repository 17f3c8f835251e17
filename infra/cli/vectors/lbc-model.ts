import type { Attribute, Model, Reference, Resource } from '../../../shared/model/model';
import { BACKEND_GROUP } from '../../../shared/model/model';
import type { Plain, PlainObject } from './merge-deeply';
import { isPlainObject } from './merge-deeply';

/** A model as LBC prints it: `{id, resources: {<type>: {<id>: {spec}}}}` (LBC's behaviour §9). */
export type LbcModel = PlainObject;

const TYPES: Readonly<Record<Resource['type'], string>> = {
  'security-group': 'AWS::EC2::SecurityGroup',
  'load-balancer': 'AWS::ElasticLoadBalancingV2::LoadBalancer',
  'target-group': 'AWS::ElasticLoadBalancingV2::TargetGroup',
  listener: 'AWS::ElasticLoadBalancingV2::Listener',
  'target-group-binding': 'K8S::ElasticLoadBalancingV2::TargetGroupBinding',
};

const ARN_FIELDS: Readonly<Record<string, string>> = { 'load-balancer': 'loadBalancerARN', 'target-group': 'targetGroupARN', listener: 'listenerARN' };

/** LBC writes a certificate that the user named without its ARN. */
const CERTIFICATE = { $ref: '#/resources///status/certificateARN' };

/** Translates a model into LBC's language. `backendGroupId` stands where the shared backend security group is meant. */
export function lbcModel(model: Model, backendGroupId: string): LbcModel {
  const resources: Record<string, Record<string, Plain>> = {};
  for (const resource of model.resources) {
    const ofType = (resources[TYPES[resource.type]] ??= {});
    ofType[nameOf(resource.id)] = { spec: lbcSpec(resource, backendGroupId) };
  }
  return { id: model.id, resources };
}

/** ARNs of the certificates by listener, which LBC's own JSON leaves out; undefined where no listener has any. */
export function listenerCertificates(model: Model): Record<string, string[]> | undefined {
  const entries = model.resources.flatMap((resource) =>
    resource.type === 'listener' && resource.spec.certificates ? [[nameOf(resource.id), resource.spec.certificates.map(({ certificateARN }) => certificateARN)] as const] : [],
  );
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function lbcSpec(resource: Resource, backendGroupId: string): Plain {
  if (resource.type !== 'listener') return literal(resource.spec, backendGroupId);
  const { certificates, listenerAttributes, ...rest } = resource.spec;
  return literal(
    {
      ...rest,
      ...(certificates && { certificates: certificates.map(() => ({ certificateARN: CERTIFICATE })) }),
      ...(listenerAttributes && { listenerAttributes: listenerAttributes.map(({ key, value }: Attribute) => ({ Key: key, Value: value })) }),
    },
    backendGroupId,
  );
}

/** The value as plain data, with references in LBC's form. */
function literal(value: unknown, backendGroupId: string): Plain {
  if (Array.isArray(value)) return value.map((item) => literal(item, backendGroupId));
  const plain = value as Plain;
  if (!isPlainObject(plain)) return plain;
  if (isReference(plain)) return plain.ref === BACKEND_GROUP ? backendGroupId : lbcReference(plain);
  const fields = Object.entries(plain).filter(([, field]) => field !== undefined);
  return Object.fromEntries(fields.map(([key, field]) => [key, isNobody(key, field) ? null : literal(field, backendGroupId)]));
}

/** A rule on targets that lets nobody in: LBC always prints its peers, and a list of none is null there. */
function isNobody(key: string, field: Plain | undefined): boolean {
  return key === 'from' && Array.isArray(field) && field.length === 0;
}

function isReference(value: object): value is Reference {
  return 'ref' in value && 'attribute' in value;
}

function lbcReference({ ref, attribute }: Reference): Plain {
  const type = ref.slice(0, ref.indexOf('/')) as Resource['type'];
  const field = attribute === 'groupId' ? 'groupID' : attribute === 'dnsName' ? 'dnsName' : (ARN_FIELDS[type] ?? '');
  return { $ref: `#/resources/${TYPES[type]}/${nameOf(ref)}/status/${field}` };
}

function nameOf(id: string): string {
  return id.slice(id.indexOf('/') + 1);
}
