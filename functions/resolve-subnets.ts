import { StepInput } from '../shared/contract/steps';
import { resolveSubnets } from '../shared/passes/resolve-subnets';
import { clusterClient } from './clients/cluster-client';
import { ec2 } from './clients/ec2';
import { elbv2 } from './clients/elbv2';
import { tagging } from './clients/tagging';
import { step } from './step';

/** Reads the owner; finds VPC, subnets and zones if anything changed. */
export const handler = step({
  state: 'ResolveSubnets',
  input: StepInput,
  clients: { clusterClient, ec2, elbv2, tagging },
  counts: () => undefined,
  run: (clients) => (input) => resolveSubnets(clients, input),
});
