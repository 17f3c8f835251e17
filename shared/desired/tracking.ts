import type { Model, Resource, Tags } from '../model/model';

/**
 * The tags and labels by which LBC knows its resources again, and by which we do (LBC's behaviour §5.1). They are the identity of
 * what users already run: never change a key or a value.
 */
const CLUSTER = 'elbv2.k8s.aws/cluster';
const BACKEND_RESOURCE = 'elbv2.k8s.aws/resource';
const BACKEND_VALUE = 'backend-sg';
/** The cluster key of LBC's first version, still searched for. */
const LEGACY_CLUSTER = 'ingress.k8s.aws/cluster';

/** Who owns a stack. */
export type StackPrefix = 'service.k8s.aws' | 'ingress.k8s.aws' | 'gateway.k8s.aws.nlb' | 'gateway.k8s.aws.alb';
export const STACK_PREFIXES: readonly StackPrefix[] = ['service.k8s.aws', 'ingress.k8s.aws', 'gateway.k8s.aws.nlb', 'gateway.k8s.aws.alb'];

/** Whose resources: the cluster's name, the kind of owner, and the stack's id (`namespace/name`, or a group's name). */
export interface Stack {
  readonly clusterName: string;
  readonly prefix: StackPrefix;
  readonly id: string;
}

/** Tags that all resources of a stack share. */
export function stackTags(stack: Stack): Tags {
  return { [CLUSTER]: stack.clusterName, [`${stack.prefix}/stack`]: stack.id };
}

/** The same for what LBC's first version made. Resources with either set are ours. */
export function legacyStackTags(stack: Stack): Tags {
  return { [LEGACY_CLUSTER]: stack.clusterName, [`${stack.prefix}/stack`]: stack.id };
}

/** Tags that mark one resource of a stack. `name` is LBC's resource id (`LoadBalancer`, `80`, `default/web:80`). */
export function trackingTags(stack: Stack, name: string): Tags {
  return { ...stackTags(stack), [`${stack.prefix}/resource`]: name };
}

/** LBC's resource id of one of our ids: what stands behind `<type>/`. */
export function trackingName(id: Resource['id']): string {
  return id.slice(id.indexOf('/') + 1);
}

/** All tags that a resource carries in AWS: those of the model, and the tracking tags, which win. */
export function tagsInAws(stack: Stack, resource: Resource): Tags {
  const own = 'tags' in resource.spec ? resource.spec.tags : undefined;
  return { ...own, ...trackingTags(stack, trackingName(resource.id)) };
}

/** Whether a resource with these tags belongs to the stack (also with the keys of LBC's first version). */
export function isOfStack(stack: Stack, tags: Tags): boolean {
  return hasAll(tags, stackTags(stack)) || hasAll(tags, legacyStackTags(stack));
}

/** LBC's resource id in the tags of a resource of the stack; undefined where the stack or the tag is another's. */
export function trackedName(stack: Stack, tags: Tags): string | undefined {
  return isOfStack(stack, tags) ? tags[`${stack.prefix}/resource`] : undefined;
}

/** Tags that mark the shared backend security group of a cluster. */
export function backendGroupTags(clusterName: string): Tags {
  return { [CLUSTER]: clusterName, [BACKEND_RESOURCE]: BACKEND_VALUE };
}

/** Whether these are the tags of the cluster's shared backend security group. */
export function isBackendGroup(clusterName: string, tags: Tags): boolean {
  return hasAll(tags, backendGroupTags(clusterName));
}

/** Labels of the TargetGroupBindings of a stack. A stack id without a slash is an explicit group. */
export function bindingLabels(stack: Pick<Stack, 'prefix' | 'id'>): Readonly<Record<string, string>> {
  const slash = stack.id.indexOf('/');
  if (slash < 0) return { [`${stack.prefix}/stack`]: stack.id };
  return { [`${stack.prefix}/stack-namespace`]: stack.id.slice(0, slash), [`${stack.prefix}/stack-name`]: stack.id.slice(slash + 1) };
}

/** The selector that finds a stack's bindings. */
export function bindingSelector(stack: Pick<Stack, 'prefix' | 'id'>): string {
  return Object.entries(bindingLabels(stack)).map((pair) => pair.join('=')).join(',');
}

/** The stack that the labels of a TargetGroupBinding name; undefined for one that a user made. */
export function stackOfBinding(labels: Readonly<Record<string, string>>): Pick<Stack, 'prefix' | 'id'> | undefined {
  for (const prefix of STACK_PREFIXES) {
    const namespace = labels[`${prefix}/stack-namespace`];
    const name = labels[`${prefix}/stack-name`];
    if (namespace !== undefined && name !== undefined) return { prefix, id: `${namespace}/${name}` };
    const group = labels[`${prefix}/stack`];
    if (group !== undefined) return { prefix, id: group };
  }
  return undefined;
}

/** The stack of a Service's model. */
export function serviceStack(clusterName: string, model: Pick<Model, 'id'>): Stack {
  return { clusterName, prefix: 'service.k8s.aws', id: model.id };
}

/** Keys that no setting may claim, since they say who owns a resource (LBC's behaviour §8.1). */
export const TRACKING_KEYS: readonly string[] = [CLUSTER, BACKEND_RESOURCE, ...STACK_PREFIXES.flatMap((prefix) => [`${prefix}/stack`, `${prefix}/resource`])];

function hasAll(tags: Tags, wanted: Tags): boolean {
  return Object.entries(wanted).every(([key, value]) => tags[key] === value);
}
