import { PlannedStepInput } from '../shared/contract/steps';
import { awaitKeys } from '../shared/targets/await-keys';
import { awaitedGroups, bindingKeys } from '../shared/targets/awaited-bindings';
import type { Clients, CoreClients } from './clients';
import { clusterClient } from './clients/cluster-client';
import { targetQueue } from './clients/target-queue';
import { step } from './step';

/** Waits until every node and pod security group has been given the rules that the model's bindings need; wakes its key where nobody has. The cluster's client is there to say on the object what went wrong. */
export const addSecurityGroupRules = (clients: CoreClients & Pick<Clients, 'clusterClient' | 'targetQueue'>) => async (input: PlannedStepInput) => {
  const keys = await bindingKeys(clients.store, input.key);
  await awaitKeys({ holder: input, name: 'AddSecurityGroupRules', awaited: await awaitedGroups(keys, clients.store) }, clients);
  return {};
};

export const handler = step({ state: 'AddSecurityGroupRules', input: PlannedStepInput, clients: { clusterClient, targetQueue }, run: addSecurityGroupRules });
