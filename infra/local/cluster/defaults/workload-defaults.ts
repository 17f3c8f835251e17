import type { KubeObject } from '../kube-object';
import type { Deployment, ReplicaSet } from '../objects';
import { fillPodSpecDefaults } from './pod-defaults';

const TEN_MINUTES_SECONDS = 600;

/** Fills in a Deployment's defaults. Source: Kubernetes API reference, DeploymentSpec. */
export function fillDeploymentDefaults(object: KubeObject): void {
  const { spec } = object as Deployment;
  if (spec === undefined) return;
  spec.replicas ??= 1;
  spec.revisionHistoryLimit ??= 10;
  spec.progressDeadlineSeconds ??= TEN_MINUTES_SECONDS;
  spec.strategy ??= {};
  spec.strategy.type ??= 'RollingUpdate';
  if (spec.strategy.type === 'RollingUpdate') spec.strategy.rollingUpdate = { maxSurge: '25%', maxUnavailable: '25%', ...spec.strategy.rollingUpdate };
  fillTemplate(object);
}

/** Fills in a ReplicaSet's defaults; its selector and labels follow the template where they are absent. */
export function fillReplicaSetDefaults(object: KubeObject): void {
  const { spec } = object as ReplicaSet;
  if (spec === undefined) return;
  spec.replicas ??= 1;
  fillTemplate(object);
}

function fillTemplate(object: KubeObject): void {
  const template = (object as Deployment).spec.template;
  if (template?.spec !== undefined) fillPodSpecDefaults(template.spec);
}
