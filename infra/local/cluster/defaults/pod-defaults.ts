import type { KubeObject } from '../kube-object';
import { isFields } from '../kube-object';
import type { Container, Pod, PodSpec, Probe } from '../objects';

/** Seconds that a pod stays on a node that is gone or not ready. */
const TOLERATION_SECONDS = 300;
const READ_FOR_ALL = 420; // 0644

/** Fills in the defaults of a pod or of a pod template. Source: Kubernetes API reference, PodSpec and Container. */
export function fillPodSpecDefaults(spec: PodSpec): void {
  spec.restartPolicy ??= 'Always';
  spec.dnsPolicy ??= 'ClusterFirst';
  spec.schedulerName ??= 'default-scheduler';
  spec.securityContext ??= {};
  spec.terminationGracePeriodSeconds ??= 30;
  if (spec.serviceAccount !== undefined) spec.serviceAccountName ??= spec.serviceAccount;
  if (spec.serviceAccountName !== undefined) spec.serviceAccount = spec.serviceAccountName;
  for (const container of [...(spec.initContainers ?? []), ...(spec.containers ?? [])]) fillContainer(container);
  for (const volume of spec.volumes ?? []) fillVolume(volume);
}

function fillContainer(container: Container): void {
  container.imagePullPolicy ??= isLatest(container.image ?? '') ? 'Always' : 'IfNotPresent';
  container.resources ??= {};
  container.terminationMessagePath ??= '/dev/termination-log';
  container.terminationMessagePolicy ??= 'File';
  for (const port of container.ports ?? []) port.protocol ??= 'TCP';
  for (const variable of container.env ?? []) if (variable.valueFrom?.fieldRef !== undefined) variable.valueFrom.fieldRef.apiVersion ??= 'v1';
  for (const probe of [container.livenessProbe, container.readinessProbe, container.startupProbe]) if (probe !== undefined) fillProbe(probe);
}

function isLatest(image: string): boolean {
  const [, tag] = /[^/]*?(?::([^:/@]+))?$/.exec(image.split('@')[0] ?? '') ?? [];
  return !image.includes('@') && (tag === undefined || tag === 'latest');
}

function fillProbe(probe: Probe): void {
  probe.timeoutSeconds ??= 1;
  probe.periodSeconds ??= 10;
  probe.successThreshold ??= 1;
  probe.failureThreshold ??= 3;
  if (probe.httpGet !== undefined) probe.httpGet.scheme ??= 'HTTP';
}

function fillVolume(volume: Record<string, unknown>): void {
  for (const source of ['configMap', 'secret', 'downwardAPI', 'projected']) {
    const content = volume[source];
    if (isFields(content)) content['defaultMode'] ??= READ_FOR_ALL;
  }
}

/** What admission adds to a pod itself: account, priority, tolerations. */
export function fillPodDefaults(object: KubeObject): void {
  const spec = ((object as Pod).spec ??= { containers: [] });
  fillPodSpecDefaults(spec);
  spec.enableServiceLinks ??= true;
  spec.serviceAccountName ??= 'default';
  spec.serviceAccount ??= spec.serviceAccountName;
  spec.preemptionPolicy ??= 'PreemptLowerPriority';
  spec.priority ??= 0;
  spec.tolerations = withNodeTolerations(spec.tolerations ?? []);
}

function withNodeTolerations(tolerations: NonNullable<PodSpec['tolerations']>): NonNullable<PodSpec['tolerations']> {
  const keys = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];
  const missing = keys.filter((key) => !tolerations.some((each) => each.key === key || (each.key === undefined && each.operator === 'Exists')));
  return [...tolerations, ...missing.map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: TOLERATION_SECONDS }))];
}

/** A new pod is Pending, whatever its creator says. */
export function resetPodStatus(object: KubeObject): void {
  object.status = { phase: 'Pending', qosClass: qosClass((object as Pod).spec) };
}

function qosClass(spec: PodSpec | undefined): string {
  const wants = (spec?.containers ?? []).map((container) => (isFields(container.resources) ? container.resources : {}));
  if (wants.every((resources) => resources['limits'] === undefined && resources['requests'] === undefined)) return 'BestEffort';
  const guaranteed = wants.every(({ limits, requests }) => isFields(limits) && 'cpu' in limits && 'memory' in limits && (requests === undefined || JSON.stringify(requests) === JSON.stringify(limits)));
  return guaranteed ? 'Guaranteed' : 'Burstable';
}
