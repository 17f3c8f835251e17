import { PlannedStepInput } from '../shared/contract/steps';
import { waitForHealthy } from '../shared/passes/wait-for-healthy';
import { clusterClient } from './clients/cluster-client';
import { elbv2 } from './clients/elbv2';
import { step } from './step';

/** Load balancer active, targets healthy; from `healthyBy` on it answers degraded. */
export const handler = step({
  state: 'WaitForHealthy',
  input: PlannedStepInput,
  clients: { clusterClient, elbv2 },
  counts: () => undefined,
  run: (clients) => (input) => waitForHealthy(clients, input),
});
