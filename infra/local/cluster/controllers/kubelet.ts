import type { KubeObject } from '../kube-object';
import { draft, fieldAt, timestamp } from '../kube-object';
import type { NodeProvider } from '../node-provider';
import type { Node, Pod, PodStatus } from '../objects';
import type { ClusterApi } from './cluster-api';
import { machineOf } from './cluster-nodes';
import { isTrue, readyCondition, replaceCondition } from './pod-condition';
import { recordEvent } from './record-event';
import type { Controller } from './run-controller';
import { keyOf, splitKey } from './run-controller';

/** From binding to running containers, and from there to ready ones: together about two seconds. */
const START_MS = 700;
const READY_MS = 1300;
/** How long containers take to stop, if their grace period is not shorter. */
const STOP_MS = 1500;
/** Before an address is asked for again when there was none. */
const RETRY_MS = 5000;

interface KubeletParts {
  readonly api: ClusterApi;
  readonly nodes: NodeProvider;
  readonly factor: number;
}

/** Runs pods on their nodes: Pending, Running with an address, Ready once containers and readiness gates are; and stops deleted ones. */
export function kubelet({ api, nodes, factor }: KubeletParts): Controller {
  const began = new Map<string, number>();
  const onNode = (name: string) => api.list('pods').filter((pod) => pod.spec.nodeName === name).map(keyOf);
  return {
    allKeys: () => api.list('pods').map(keyOf),
    keysOf({ storedAs, object, before, type }) {
      if (storedAs === 'nodes') return type === 'DELETED' || readiness(object) !== readiness(before) ? onNode(object.metadata.name) : [];
      if (storedAs !== 'pods') return [];
      if (type === 'DELETED') forget(began, { pod: object as Pod, nodes });
      return [keyOf(object)];
    },
    reconcile(key) {
      const pod = api.get('pods', ...splitKey(key));
      if (pod?.spec.nodeName === undefined) return undefined;
      const node = api.get('nodes', undefined, pod.spec.nodeName);
      if (node === undefined) return evict(api, pod);
      const elapsedMs = elapsedSince(began, { id: `${pod.metadata.uid}/${phaseOf(pod)}`, now: api.context.clock.now() }) / factor;
      return step({ api, nodes, factor, pod, node, elapsedMs });
    },
  };
}

function readiness(node: KubeObject | undefined): boolean {
  return isTrue((node as Node | undefined)?.status?.conditions, 'Ready');
}

function forget(began: Map<string, number>, { pod, nodes }: { pod: Pod; nodes: NodeProvider }): void {
  for (const phase of ['starting', 'running', 'ready', 'stopping']) began.delete(`${pod.metadata.uid}/${phase}`);
  if (pod.status?.podIP !== undefined && pod.spec.hostNetwork !== true) nodes.releasePodAddress(pod.status.podIP);
}

function phaseOf(pod: Pod): 'starting' | 'running' | 'ready' | 'stopping' {
  if (pod.metadata.deletionTimestamp !== undefined) return 'stopping';
  if (pod.status?.phase !== 'Running') return 'starting';
  return isTrue(pod.status.conditions, 'ContainersReady') ? 'ready' : 'running';
}

/** Milliseconds (of the cluster's clock) that a pod has been in its phase, as far as this process has seen it. */
function elapsedSince(began: Map<string, number>, { id, now }: { id: string; now: number }): number {
  const start = began.get(id) ?? now;
  began.set(id, start);
  return now - start;
}

interface Step extends KubeletParts {
  readonly pod: Pod;
  readonly node: Node;
  /** Since the phase began, unscaled. */
  readonly elapsedMs: number;
}

/** Moves a pod on if it is time; answers the milliseconds that are left otherwise. */
function step(parts: Step): number | undefined {
  switch (phaseOf(parts.pod)) {
    case 'starting':
      return wait(parts, START_MS) ?? start(parts);
    case 'running':
      return probeFails(parts.pod) ? refresh(parts, false) : (wait(parts, READY_MS) ?? refresh(parts, true));
    case 'ready':
      return refresh(parts, true);
    case 'stopping':
      return wait(parts, Math.min(STOP_MS, 1000 * (parts.pod.metadata.deletionGracePeriodSeconds ?? 0))) ?? finish(parts);
  }
}

function wait({ elapsedMs }: Step, ms: number): number | undefined {
  return elapsedMs < ms ? ms - elapsedMs : undefined;
}

/** A readiness probe that runs `false` never succeeds: the one probe whose outcome a manifest can state. */
function probeFails({ spec }: Pod): boolean {
  return spec.containers.some((container) => {
    const command = fieldAt(container, 'readinessProbe.exec.command');
    return Array.isArray(command) && /(^|\/)false$/.test(String(command[0]));
  });
}

function start(parts: Step): number | undefined {
  const { api, pod, node, nodes } = parts;
  const machine = machineOf(node);
  const now = timestamp(api.context.clock.now());
  let podIP: string;
  try {
    podIP = pod.status?.podIP ?? (pod.spec.hostNetwork === true ? machine.privateIp : nodes.assignPodAddress(machine));
  } catch (error) {
    recordEvent(api, pod, { type: 'Warning', reason: 'FailedCreatePodSandBox', message: `Failed to assign an IP address to container: ${error instanceof Error ? error.message : String(error)}`, component: 'kubelet' });
    return RETRY_MS;
  }
  const addresses = { podIP, podIPs: [{ ip: podIP }], hostIP: machine.privateIp, hostIPs: [{ ip: machine.privateIp }] };
  const status: PodStatus = { ...pod.status, ...addresses, phase: 'Running', startTime: now, containerStatuses: containerStatuses(pod, false, now) };
  const conditions = [{ type: 'Initialized', status: 'True' as const }, { type: 'PodReadyToStartContainers', status: 'True' as const }];
  const prepared = conditions.reduce((known, condition) => replaceCondition(known, condition, now), status);
  writeStatus(parts, withReadiness(parts, { status: prepared, containersReady: false, now }));
  recordEvent(api, pod, { reason: 'Started', message: `Started container ${pod.spec.containers.map(({ name }) => name).join(', ')}`, component: 'kubelet' });
  return undefined;
}

function refresh(parts: Step, containersReady: boolean): undefined {
  const now = timestamp(parts.api.context.clock.now());
  const started = parts.pod.status?.startTime ?? now;
  const status: PodStatus = { ...parts.pod.status, containerStatuses: containerStatuses(parts.pod, containersReady, started) };
  writeStatus(parts, withReadiness(parts, { status, containersReady, now }));
}

function withReadiness({ pod, node }: Step, { status, containersReady, now }: { status: PodStatus; containersReady: boolean; now: string }): PodStatus {
  const containers = containersReady ? { type: 'ContainersReady', status: 'True' as const } : { ...readyCondition(pod, { containersReady, nodeReady: true }), type: 'ContainersReady' };
  const ready = readyCondition(pod, { containersReady, nodeReady: readiness(node) });
  return replaceCondition(replaceCondition(status, containers, now), ready, now);
}

function containerStatuses({ spec, metadata }: Pod, ready: boolean, startedAt: string): NonNullable<PodStatus['containerStatuses']> {
  return spec.containers.map(({ name, image = '' }) => ({ name, image, imageID: image, containerID: `local://${metadata.uid}/${name}`, ready, started: true, restartCount: 0, state: { running: { startedAt } }, lastState: {} }));
}

function writeStatus({ api, pod }: Step, status: PodStatus): void {
  api.update('pods', { ...draft(pod), status }, 'status');
}

/** The containers have stopped: the pod goes, or waits for its finalizers without a grace period. */
function finish({ api, pod }: Step): undefined {
  if (pod.metadata.deletionGracePeriodSeconds === 0 && (pod.metadata.finalizers ?? []).length > 0) return;
  api.remove('pods', pod, { gracePeriodSeconds: 0 });
}

/** Its node is gone, and the pod with it. */
function evict(api: ClusterApi, pod: Pod): undefined {
  api.remove('pods', pod, { gracePeriodSeconds: 0 });
}
