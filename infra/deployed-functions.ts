import type { StateName } from '../shared/contract/steps';

/** One Lambda function as it is deployed. `entry` names the file; infra never imports it. */
export interface DeployedFunction {
  /** Construct id, metric dimension and the end of the function's name. */
  readonly name: string;
  readonly entry: string;
  /** The state of the workflow that it is, if it is one. */
  readonly state?: StateName;
  readonly memoryMiB: number;
  /** Which environment variables it reads besides the table and the Region. */
  readonly needs: readonly ('stateMachine' | 'targetQueue')[];
}

const deployed = (name: string, needs: DeployedFunction['needs'] = []): DeployedFunction => ({ name, entry: `functions/${name}.ts`, memoryMiB: 512, needs });
const step = (state: StateName, name: string, needs: DeployedFunction['needs'] = []): DeployedFunction => ({ ...deployed(name, needs), state });

/** All functions, those of the workflow first and in its order. */
export const FUNCTIONS: readonly DeployedFunction[] = [
  step('AcquireLease', 'acquire-lease'),
  step('ResolveSubnets', 'resolve-subnets'),
  step('MakePlan', 'make-plan'),
  step('CreateLoadBalancer', 'create-load-balancer'),
  step('RegisterTargets', 'register-targets', ['targetQueue']),
  step('AddSecurityGroupRules', 'add-security-group-rules', ['targetQueue']),
  step('ReportStatus', 'report-status'),
  step('WaitForHealthy', 'wait-for-healthy'),
  step('CollectGarbage', 'collect-garbage'),
  step('DeleteLoadBalancer', 'delete-load-balancer', ['targetQueue']),
  step('ReleaseLease', 'release-lease', ['stateMachine']),
  deployed('route-events', ['stateMachine', 'targetQueue']),
  deployed('sync-targets', ['targetQueue']),
  deployed('sweep', ['stateMachine', 'targetQueue']),
  deployed('resync', ['stateMachine', 'targetQueue']),
];
