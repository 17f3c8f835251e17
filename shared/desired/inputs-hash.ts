import { createHash } from 'node:crypto';
import stringify from 'fast-json-stable-stringify';
import type { Settings } from '../contract/settings';
import type { Service } from '../model/kubernetes';
import { SERVICE_PREFIX } from './annotations/service-table';

/** What a pass is computed from, as far as the cluster and its registration say it. */
export interface Inputs {
  readonly service: Service;
  readonly extraServices: readonly Service[];
  readonly settings: Settings;
  readonly mode: string;
}

/** Prefixes of annotations that a pass looks at; `kubectl apply` and other controllers write many more. */
const MEANT_FOR_US = [`${SERVICE_PREFIX}/`, 'stepbalancer.io/'];

/**
 * A digest of everything in the cluster that a Service's model depends on. Status, labels, finalizers, bookkeeping and annotations for others are left out:
 * they change without meaning anything. Equal digests, equal model, as far as AWS did not change.
 */
export function digestInputs({ service, extraServices, settings, mode }: Inputs): string {
  const essence = ({ metadata, spec }: Service) => ({ uid: metadata.uid, name: metadata.name, annotations: annotationsForUs(metadata.annotations), deleting: metadata.deletionTimestamp !== undefined, spec });
  const inputs = { service: essence(service), extraServices: extraServices.map(essence), settings, mode };
  return createHash('sha256').update(stringify(inputs)).digest('base64url');
}

function annotationsForUs(annotations: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(annotations).filter(([key]) => MEANT_FOR_US.some((prefix) => key.startsWith(prefix))));
}
