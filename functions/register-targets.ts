import { clusterOf, parseKey } from '../shared/contract/keys';
import { PlannedStepInput } from '../shared/contract/steps';
import { awaitKeys } from '../shared/targets/await-keys';
import { awaitedBindings, bindingKeys } from '../shared/targets/awaited-bindings';
import type { Clients, CoreClients } from './clients';
import { clusterClient } from './clients/cluster-client';
import { targetQueue } from './clients/target-queue';
import { step } from './step';

/** Wakes the target lane for every binding of the model that was not looked at as it stands now, and waits for its first pass. No call to AWS where all were. */
export const registerTargets = (clients: CoreClients & Pick<Clients, 'clusterClient' | 'targetQueue'>) => async (input: PlannedStepInput) => {
  const cluster = await clients.store.clusters.get(clusterOf(parseKey(input.key)) ?? '');
  if (!cluster) return {};
  const keys = await bindingKeys(clients.store, input.key);
  const awaited = await awaitedBindings(keys, { store: clients.store, client: clients.clusterClient(cluster) });
  await awaitKeys({ holder: input, name: 'RegisterTargets', awaited }, clients);
  return {};
};

export const handler = step({ state: 'RegisterTargets', input: PlannedStepInput, clients: { clusterClient, targetQueue }, run: registerTargets });
