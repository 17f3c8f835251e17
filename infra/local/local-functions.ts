import { handler as acquireLease } from '../../functions/acquire-lease';
import { handler as addSecurityGroupRules } from '../../functions/add-security-group-rules';
import { handler as collectGarbage } from '../../functions/collect-garbage';
import { handler as createLoadBalancer } from '../../functions/create-load-balancer';
import { handler as deleteLoadBalancer } from '../../functions/delete-load-balancer';
import { handler as makePlan } from '../../functions/make-plan';
import { handler as registerTargets } from '../../functions/register-targets';
import { handler as releaseLease } from '../../functions/release-lease';
import { handler as reportStatus } from '../../functions/report-status';
import { handler as resolveSubnets } from '../../functions/resolve-subnets';
import { handler as resync } from '../../functions/resync';
import { handler as routeEvents } from '../../functions/route-events';
import { handler as sweep } from '../../functions/sweep';
import { handler as syncTargets } from '../../functions/sync-targets';
import { handler as waitForHealthy } from '../../functions/wait-for-healthy';
import type { StateName } from '../../shared/contract/steps';
import type { LocalFunction } from './aws/lambda/lambda-runtime';
import type { Place } from './aws/network';
import { FUNCTION_TIMEOUT_SECONDS } from '../workflow';

/** Handlers by state, as the workflow names them. */
const STATE_HANDLERS: Readonly<Record<StateName, [string, LocalFunction['handler']]>> = {
  AcquireLease: ['acquire-lease', acquireLease],
  ResolveSubnets: ['resolve-subnets', resolveSubnets],
  MakePlan: ['make-plan', makePlan],
  CreateLoadBalancer: ['create-load-balancer', createLoadBalancer],
  RegisterTargets: ['register-targets', registerTargets],
  AddSecurityGroupRules: ['add-security-group-rules', addSecurityGroupRules],
  ReportStatus: ['report-status', reportStatus],
  WaitForHealthy: ['wait-for-healthy', waitForHealthy],
  CollectGarbage: ['collect-garbage', collectGarbage],
  DeleteLoadBalancer: ['delete-load-balancer', deleteLoadBalancer],
  ReleaseLease: ['release-lease', releaseLease],
};

/** The functions as they are deployed locally: the very handlers, called in this process. */
export interface LocalFunctions {
  readonly states: Readonly<Record<StateName, LocalFunction>>;
  readonly routeEvents: LocalFunction;
  readonly syncTargets: LocalFunction;
  readonly sweep: LocalFunction;
  readonly resync: LocalFunction;
}

/** All functions of a place, with a time-out in AWS's seconds. Their ARNs name a version, as in AWS. */
export function localFunctions(place: Place, timeoutSeconds = FUNCTION_TIMEOUT_SECONDS): LocalFunctions {
  const deployed = (name: string, handler: LocalFunction['handler']): LocalFunction => ({ name: `stepbalancer-${name}`, arn: `arn:aws:lambda:${place.region}:${place.account}:function:stepbalancer-${name}:1`, handler, timeoutSeconds });
  const states = Object.entries(STATE_HANDLERS).map(([state, [name, handler]]) => [state, deployed(name, handler)]);
  return {
    states: Object.fromEntries(states) as Record<StateName, LocalFunction>,
    routeEvents: deployed('route-events', routeEvents),
    syncTargets: deployed('sync-targets', syncTargets),
    sweep: deployed('sweep', sweep),
    resync: deployed('resync', resync),
  };
}
