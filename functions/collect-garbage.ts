import { CollectGarbageInput } from '../shared/contract/steps';
import { collectGarbage } from '../shared/passes/collect-garbage';
import { clusterClient } from './clients/cluster-client';
import { ec2 } from './clients/ec2';
import { elbv2 } from './clients/elbv2';
import { step } from './step';

/** Deletes what a healthy successor has replaced. */
export const handler = step({
  state: 'CollectGarbage',
  input: CollectGarbageInput,
  clients: { clusterClient, ec2, elbv2 },
  counts: () => undefined,
  run: (clients) => (input) => collectGarbage(clients, input),
});
