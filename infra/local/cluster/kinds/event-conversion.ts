import type { KubeObject } from '../kube-object';
import type { Conversion } from './kind';

/** Core field ↔ events.k8s.io field. All other fields have one name in both. Source: Kubernetes API reference, Event v1 in both groups. */
const RENAMED = [
  ['message', 'note'],
  ['involvedObject', 'regarding'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
  ['reportingComponent', 'reportingController'],
] as const;

function rename(object: KubeObject, pairs: readonly (readonly [string, string])[], apiVersion: string): KubeObject {
  const names = new Map<string, string>(pairs);
  const fields = Object.entries(object).map(([name, value]) => [names.get(name) ?? name, value] as const);
  return { ...Object.fromEntries(fields), apiVersion } as KubeObject;
}

/** Events are stored as core/v1; events.k8s.io/v1 shows the same ones under its own field names. */
export const eventConversion: Conversion = {
  toStored: (object) => rename(object, RENAMED.map(([core, later]) => [later, core] as const), 'v1'),
  fromStored: (object) => rename(object, RENAMED, 'events.k8s.io/v1'),
};
