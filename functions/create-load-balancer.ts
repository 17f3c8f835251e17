import { ResumedStepInput } from '../shared/contract/steps';
import { applyServicePlan } from '../shared/passes/create-load-balancer';
import { createForgetArn, createRememberArn } from '../shared/store/take-over';
import { ensureBackendGroup, forgetBackendGroup } from '../shared/targets/ensure-backend-group';
import { clusterClient } from './clients/cluster-client';
import { ec2 } from './clients/ec2';
import { elbv2 } from './clients/elbv2';
import { step } from './step';

/** Applies the plan; the hostname is reported at once. */
export const handler = step({
  state: 'CreateLoadBalancer',
  input: ResumedStepInput,
  clients: { clusterClient, ec2, elbv2 },
  counts: ({ work }) => work?.calls,
  run: (clients) => {
    const { store, table, now, factor } = clients;
    const rememberArn = createRememberArn(table);
    const forgetArn = createForgetArn(table);
    return (input) =>
      applyServicePlan(
        {
          store,
          now,
          factor,
          elbv2: clients.elbv2,
          ec2: clients.ec2,
          clusterClient: clients.clusterClient,
          ensureBackendGroup: (wanted) => ensureBackendGroup(wanted, { store, ec2: clients.ec2, rememberArn }),
          forgetBackendGroup: (gone) => forgetBackendGroup(gone, { forgetArn }),
        },
        input,
      );
  },
});
