import { ResumedStepInput } from '../shared/contract/steps';
import { deleteServiceResources } from '../shared/passes/delete-load-balancer';
import { wakeTargets } from '../shared/targets/wake-targets';
import { clusterClient } from './clients/cluster-client';
import { ec2 } from './clients/ec2';
import { elbv2 } from './clients/elbv2';
import { targetQueue } from './clients/target-queue';
import { step } from './step';

/** Takes everything away, then the finalizer. */
export const handler = step({
  state: 'DeleteLoadBalancer',
  input: ResumedStepInput,
  clients: { clusterClient, ec2, elbv2, targetQueue },
  counts: ({ work }) => work?.calls,
  run: (clients) => {
    const { store, now, factor } = clients;
    return (input) =>
      deleteServiceResources(
        {
          store,
          now,
          factor,
          elbv2: clients.elbv2,
          ec2: clients.ec2,
          clusterClient: clients.clusterClient,
          wakeTargets: (key) => wakeTargets({ store, targetQueue: clients.targetQueue }, key),
        },
        input,
      );
  },
});
