import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../kube-object';
import type { Container, Deployment, LabelSelector, Pod, PodSpec } from '../objects';
import { matchesSelector } from '../api/selectors';
import type { FieldProblem } from './field-problem';
import { duplicateValue, forbiddenValue, invalidValue, required, unsupportedValue } from './field-problem';
import { checkLabels, checkName } from './names';
import { isPort } from './service-rules';

/** What a pod breaks of its rules. */
export function checkPod(object: KubeObject): FieldProblem[] {
  return checkPodSpec((object as Pod).spec, 'spec');
}

function checkPodSpec(spec: PodSpec, field: string): FieldProblem[] {
  const containers = spec.containers ?? [];
  if (containers.length === 0) return [required(`${field}.containers`)];
  const names = containers.map(({ name }) => name);
  return [
    ...containers.flatMap((container, index) => checkContainer(container, `${field}.containers[${index}]`)),
    ...names.flatMap((name, index) => (name !== undefined && names.indexOf(name) < index ? [duplicateValue(`${field}.containers[${index}].name`, name)] : [])),
    ...(['Always', 'Never', 'OnFailure'].includes(spec.restartPolicy ?? 'Always') ? [] : [unsupportedValue(`${field}.restartPolicy`, spec.restartPolicy, ['Always', 'Never', 'OnFailure'])]),
  ];
}

function checkContainer(container: Container, field: string): FieldProblem[] {
  const ports = container.ports ?? [];
  return [
    ...((container.name ?? '') === '' ? [required(`${field}.name`)] : checkName(container.name, { rule: 'dns-1123-label', field: `${field}.name` })),
    ...((container.image ?? '') === '' ? [required(`${field}.image`)] : []),
    ...ports.flatMap(({ containerPort }, index) => (isPort(containerPort) ? [] : [invalidValue(`${field}.ports[${index}].containerPort`, containerPort ?? 0, 'must be between 1 and 65535, inclusive')])),
    ...ports.flatMap(({ name }, index) => (name !== undefined && ports.findIndex((port) => port.name === name) < index ? [duplicateValue(`${field}.ports[${index}].name`, name)] : [])),
  ];
}

/** What a Deployment or ReplicaSet breaks of its rules: a selector that is there and matches the template. */
export function checkWorkload(object: KubeObject): FieldProblem[] {
  const { spec } = object as Deployment;
  if (spec === undefined) return [required('spec.selector'), required('spec.template.spec.containers')];
  const labels = spec.template?.metadata?.labels ?? {};
  return [
    ...checkSelector(spec.selector, labels),
    ...(Number.isInteger(spec.replicas) && Number(spec.replicas) < 0 ? [invalidValue('spec.replicas', spec.replicas, 'must be greater than or equal to 0')] : []),
    ...checkLabels(labels, 'spec.template.labels'),
    ...(spec.template?.spec === undefined ? [required('spec.template.spec.containers')] : checkPodSpec(spec.template.spec, 'spec.template.spec')),
    ...checkStrategy(spec.strategy),
  ];
}

function checkSelector(selector: LabelSelector | undefined, labels: Record<string, string>): FieldProblem[] {
  const isEmpty = Object.keys(selector?.matchLabels ?? {}).length + (selector?.matchExpressions ?? []).length === 0;
  if (selector === undefined) return [required('spec.selector')];
  if (isEmpty) return [invalidValue('spec.selector', selector, 'empty selector is invalid for deployment')];
  return matchesSelector(labels, selector) ? [] : [invalidValue('spec.template.metadata.labels', labels, '`selector` does not match template `labels`')];
}

function checkStrategy(strategy: Deployment['spec']['strategy']): FieldProblem[] {
  const type = strategy?.type;
  if (type !== undefined && type !== 'RollingUpdate' && type !== 'Recreate') return [unsupportedValue('spec.strategy.type', type, ['Recreate', 'RollingUpdate'])];
  if (type === 'Recreate' && strategy?.rollingUpdate !== undefined) return [forbiddenValue('spec.strategy.rollingUpdate', 'may not be specified when strategy `type` is \'Recreate\'')];
  const { maxSurge, maxUnavailable } = strategy?.rollingUpdate ?? {};
  const isZero = (value: number | string | undefined) => value === 0 || value === '0%';
  return isZero(maxSurge) && isZero(maxUnavailable) ? [invalidValue('spec.strategy.rollingUpdate.maxUnavailable', maxUnavailable, 'may not be 0 when `maxSurge` is 0')] : [];
}

/** A workload keeps its selector. */
export function checkWorkloadUpdate(object: KubeObject, before: KubeObject): FieldProblem[] {
  const { selector } = (object as Deployment).spec;
  return isDeepStrictEqual(selector, (before as Deployment).spec.selector) ? [] : [invalidValue('spec.selector', selector, 'field is immutable')];
}

const POD_TEXT =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

/** A pod's spec is settled, but for images and a few others. */
export function checkPodUpdate(object: KubeObject, before: KubeObject): FieldProblem[] {
  return isDeepStrictEqual(settled(object as Pod), settled(before as Pod)) ? [] : [forbiddenValue('spec', POD_TEXT)];
}

function settled({ spec }: Pod): unknown {
  const withoutImage = (containers: Container[] | undefined) => (containers ?? []).map((container) => ({ ...container, image: '' }));
  return JSON.parse(
    JSON.stringify({ ...spec, containers: withoutImage(spec.containers), initContainers: withoutImage(spec.initContainers), tolerations: undefined, activeDeadlineSeconds: undefined }),
  );
}
