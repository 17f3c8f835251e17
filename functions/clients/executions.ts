import { createExecutions } from '../../shared/aws/executions';
import type { Wiring } from '../clients';

/** Executions of the state machine `reconcile`. */
export function executions({ aws, environment }: Wiring) {
  const stateMachine = environment.STEPBALANCER_STATE_MACHINE;
  if (stateMachine === undefined) throw new Error('environment: STEPBALANCER_STATE_MACHINE is expected in a function that starts executions');
  return createExecutions({ config: aws, stateMachine });
}
