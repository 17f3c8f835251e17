import type { LambdaRuntime } from '../aws/lambda/lambda-runtime';
import type { Operations, World } from '../aws/operation';
import type { FindFunction } from './call-function';
import { executionOperations } from './execution-operations';
import { createExecutions, type ExecutionEvent } from './executions';
import { machineOperations } from './machine-operations';
import { stateRecords } from './records';
import type { Interpreter } from './trace';

interface StatesOptions {
  readonly runtime: Pick<LambdaRuntime, 'invoke'>;
  /** The functions that definitions name. */
  readonly findFunction: FindFunction;
  /** `libraryInterpreter({ factor })` or `drivenInterpreter(world)`. */
  readonly interpreter: Interpreter;
}

/** Step Functions: its operations for the wire, and a view of what happens. */
export interface States {
  readonly operations: Operations;
  /** Calls back for everything that happens in any execution; the answer ends it. */
  readonly onState: (listener: (event: ExecutionEvent) => void) => () => void;
  /** Lets nothing go on any more, as when the process ends. */
  halt(): void;
}

/** Standard state machines in the world's storage. Executions that ran when the process last ended are FAILED, and redrivable, from here on. */
export function createStates(world: World, options: StatesOptions): States {
  const records = stateRecords(world);
  const executions = createExecutions({ world, records, ...options });
  return {
    operations: { ...machineOperations({ world, records }), ...executionOperations({ world, records, executions }) },
    onState: executions.watch,
    halt: () => executions.halt(),
  };
}
