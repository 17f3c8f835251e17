import { SupersededError } from '../shared/contract/errors';
import { clusterOf, parseKey } from '../shared/contract/keys';
import { AcquireLeaseInput, type LeaseToken } from '../shared/contract/steps';
import type { Store } from '../shared/store/store';
import { step } from './step';

/** Takes the key for this execution, or stands back. A released cluster's keys are nobody's. */
export const acquireLease =
  ({ store }: { readonly store: Store }) =>
  async (input: AcquireLeaseInput): Promise<LeaseToken> => {
    const cluster = clusterOf(parseKey(input.key));
    const mode = cluster === undefined ? undefined : (await store.clusters.get(cluster))?.mode;
    if (mode === 'released') throw new SupersededError(`${input.key}: cluster ${cluster ?? ''} is released; \`stepbalancer cluster mode\` takes it back`);
    return store.leases.acquire(input);
  };

export const handler = step({ state: 'AcquireLease', input: AcquireLeaseInput, run: acquireLease });
