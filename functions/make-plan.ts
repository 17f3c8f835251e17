import { StepInput } from '../shared/contract/steps';
import { planService } from '../shared/passes/make-plan';
import { acm } from './clients/acm';
import { clusterClient } from './clients/cluster-client';
import { ec2 } from './clients/ec2';
import { elbv2 } from './clients/elbv2';
import { tagging } from './clients/tagging';
import { step } from './step';

/** Facts to model, model against AWS; keeps the plan. */
export const handler = step({
  state: 'MakePlan',
  input: StepInput,
  clients: { acm, clusterClient, ec2, elbv2, tagging },
  counts: () => undefined,
  run: (clients) => (input) => planService(clients, input),
});
