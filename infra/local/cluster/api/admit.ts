import type { KubeObject, Metadata } from '../kube-object';
import { timestamp } from '../kube-object';
import type { Kind } from '../kinds/kind';
import type { Service } from '../objects';
import { allocateServiceAddresses } from '../defaults/service-addresses';
import { checkValues } from '../schema/check-values';
import { fillDefaults } from '../schema/fill-defaults';
import { badRequest, forbidden, invalid, notFound } from '../status-error';
import { checkMetadata } from '../validation/names';
import type { FieldProblem } from '../validation/field-problem';
import { forbiddenValue, invalidValue } from '../validation/field-problem';
import type { WriteContext } from './write-context';
import { nameSuffix, uuid } from './write-context';

/** The metadata of a new object: identity, time, generation; what the sender may not choose is overwritten. */
export function newMetadata(sent: Metadata, { kind, namespace, context }: { kind: Kind; namespace: string | undefined; context: WriteContext }): Metadata {
  if (sent.namespace !== undefined && sent.namespace !== '' && sent.namespace !== namespace && kind.namespaced)
    throw badRequest(`the namespace of the provided object does not match the namespace sent on the request`);
  if (sent.resourceVersion !== undefined && sent.resourceVersion !== '') throw badRequest('resourceVersion should not be set on objects to be created');
  const { deletionTimestamp: _deletion, deletionGracePeriodSeconds: _grace, generation: _generation, selfLink: _link, namespace: _namespace, ...kept } = sent;
  return {
    ...kept,
    name: (sent.name ?? '') === '' && sent.generateName !== undefined ? freeName(sent.generateName, { kind, namespace, context }) : (sent.name ?? ''),
    ...(kind.namespaced && namespace !== undefined ? { namespace } : {}),
    uid: uuid(context.random, context.store.revision()),
    resourceVersion: '',
    creationTimestamp: timestamp(context.clock.now()),
    ...(kind.hasGeneration ? { generation: 1 } : {}),
  };
}

/** As often as the API server tries for a name that is not taken. */
const NAME_ATTEMPTS = 8;

function freeName(prefix: string, { kind, namespace, context }: { kind: Kind; namespace: string | undefined; context: WriteContext }): string {
  const names = Array.from({ length: NAME_ATTEMPTS }, () => `${prefix}${nameSuffix(context.random)}`);
  return names.find((name) => context.store.get(kind.storedAs, namespace, name) === undefined) ?? names[0] ?? prefix;
}

/** Refuses what is created in a namespace that is absent (404) or going away (403). */
export function checkNamespace(kind: Kind, { namespace, name }: Metadata, context: WriteContext): void {
  if (!kind.namespaced || namespace === undefined) return;
  const found = context.store.get('namespaces', undefined, namespace);
  if (found === undefined) throw notFound(context.kinds.byStorage('namespaces'), namespace);
  if (found.metadata.deletionTimestamp !== undefined) throw forbidden(kind, name, `unable to create new content in namespace ${namespace} because it is being terminated`);
}

/** Fills in defaults, in place: those of the kind, or those of its CRD's schema. */
export function fillAll(object: KubeObject, kind: Kind): void {
  kind.behaviour.fillDefaults?.(object);
  if (kind.custom !== undefined) fillDefaults(object, kind.custom.schema);
}

/** Throws 422 for what breaks the rules of metadata, kind or CRD. A problem that was already there before an update of status only is let be. */
export function validateCreate(object: KubeObject, kind: Kind, context: WriteContext): void {
  refuse(object, kind, [...checkMetadata(object.metadata, kind.nameRule), ...checkContent(object, kind), ...allocate(object, kind, context)]);
}

/** The same for an update, with what may not change. */
export function validateUpdate(object: KubeObject, { observed, kind, context }: { observed: KubeObject; kind: Kind; context: WriteContext }): void {
  const kept = [...checkKept(object.metadata, observed.metadata), ...(kind.behaviour.validateUpdate?.(object, observed) ?? [])];
  const problems = [...checkMetadata(object.metadata, kind.nameRule), ...checkContent(object, kind), ...kept];
  refuse(object, kind, problems.length > 0 ? problems : allocate(object, kind, context));
}

function checkContent(object: KubeObject, kind: Kind): FieldProblem[] {
  const { metadata: _metadata, ...content } = object;
  return [...(kind.behaviour.validate?.(object) ?? []), ...(kind.custom === undefined ? [] : checkValues({ ...content, metadata: {} }, withoutMetadata(kind)))];
}

function withoutMetadata(kind: Kind) {
  const { metadata: _metadata, ...properties } = kind.schema.properties ?? {};
  return { ...kind.schema, properties };
}

function checkKept(metadata: Metadata, observed: Metadata): FieldProblem[] {
  const added = (metadata.finalizers ?? []).filter((finalizer) => observed.finalizers?.includes(finalizer) !== true);
  return [
    ...(metadata.name === observed.name ? [] : [invalidValue('metadata.name', metadata.name, 'field is immutable')]),
    ...(observed.deletionTimestamp !== undefined && added.length > 0
      ? [forbiddenValue('metadata.finalizers', `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((each) => `"${each}"`).join(', ')}}`)]
      : []),
  ];
}

function allocate(object: KubeObject, kind: Kind, context: WriteContext): FieldProblem[] {
  return kind.storedAs === 'services' && object.spec !== undefined ? allocateServiceAddresses(object as Service, context) : [];
}

function refuse(object: KubeObject, kind: Kind, problems: readonly FieldProblem[]): void {
  if (problems.length > 0) throw invalid(kind, object.metadata.name, problems);
}
