import type { StateName } from '../shared/contract/steps';

/** A client that a function uses, by the name of its module in `functions/clients`. */
export type ClientName = 'acm' | 'clusterClient' | 'ec2' | 'elbv2' | 'executions' | 'functionVersions' | 'tagging' | 'targetQueue';

/** One Lambda function as it is deployed. `entry` names the file; infra never imports it. */
export interface DeployedFunction {
  /** Construct id, metric dimension and the end of the function's name. */
  readonly name: string;
  readonly entry: string;
  /** The state of the workflow that it is, if it is one. */
  readonly state?: StateName;
  readonly memoryMiB: number;
  /** Beside the table: decides about its environment variables and who gets into clusters. test/infra/function-calls.test.ts holds it against the code. */
  readonly uses: readonly ClientName[];
}

const deployed = (name: string, ...uses: ClientName[]): DeployedFunction => ({ name, entry: `functions/${name}.ts`, memoryMiB: 512, uses });
const step = (state: StateName, name: string, ...uses: ClientName[]): DeployedFunction => ({ ...deployed(name, ...uses), state });

/** All functions, those of the workflow first and in its order. */
export const FUNCTIONS: readonly DeployedFunction[] = [
  step('AcquireLease', 'acquire-lease', 'executions'),
  step('ResolveSubnets', 'resolve-subnets', 'clusterClient', 'ec2', 'elbv2', 'tagging'),
  step('MakePlan', 'make-plan', 'acm', 'clusterClient', 'ec2', 'elbv2', 'tagging'),
  step('CreateLoadBalancer', 'create-load-balancer', 'clusterClient', 'ec2', 'elbv2'),
  step('RegisterTargets', 'register-targets', 'clusterClient', 'targetQueue'),
  step('AddSecurityGroupRules', 'add-security-group-rules', 'clusterClient', 'targetQueue'),
  step('ReportStatus', 'report-status', 'clusterClient'),
  step('WaitForHealthy', 'wait-for-healthy', 'clusterClient', 'elbv2'),
  step('CollectGarbage', 'collect-garbage', 'clusterClient', 'ec2', 'elbv2'),
  step('DeleteLoadBalancer', 'delete-load-balancer', 'clusterClient', 'ec2', 'elbv2', 'targetQueue'),
  step('ReleaseLease', 'release-lease', 'executions'),
  deployed('route-events', 'executions', 'targetQueue'),
  deployed('sync-targets', 'clusterClient', 'ec2', 'elbv2', 'targetQueue'),
  deployed('sweep', 'executions', 'targetQueue'),
  deployed('resync', 'clusterClient', 'executions', 'targetQueue'),
  deployed('prune-versions', 'functionVersions'),
];

/** The function of that name. Throws for one that is not deployed. */
export function functionNamed(name: string): DeployedFunction {
  const found = FUNCTIONS.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`expected a function named ${name} in infra/deployed-functions.ts, found none`);
  return found;
}
