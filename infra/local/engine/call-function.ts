import type { LambdaRuntime, LocalFunction } from '../aws/lambda/lambda-runtime';
import type { TaskAnswer } from './trace';

/** AWS: payloads between states, 256 KiB. */
export const MAX_STATE_BYTES = 256 * 1024;

/** Finds the function of an ARN; undefined if there is none. */
export type FindFunction = (arn: string) => LocalFunction | undefined;

/**
 * Calls the function behind a Task as Step Functions calls Lambda: what it throws becomes `Error` by its name and a JSON text as `Cause`, and an answer over
 * 256 KiB fails with `States.DataLimitExceeded`. Never rejects.
 */
export function callFunction(runtime: Pick<LambdaRuntime, 'invoke'>, findFunction: FindFunction): (resource: string, input: unknown) => Promise<TaskAnswer> {
  return async (resource, input) => {
    const target = findFunction(resource);
    if (target === undefined) return { failure: { error: 'Lambda.ResourceNotFoundException', cause: `Function not found: ${resource} (Service: Lambda, Status Code: 404)` } };
    const outcome = await runtime.invoke(target, input);
    if ('error' in outcome) return { failure: { error: outcome.error.errorType, cause: JSON.stringify(outcome.error) } };
    if (Buffer.byteLength(outcome.payload, 'utf8') > MAX_STATE_BYTES) {
      return { failure: { error: 'States.DataLimitExceeded', cause: `The state/task '${resource}' returned a result with a size exceeding the maximum number of bytes service limit.` } };
    }
    return { output: JSON.parse(outcome.payload) };
  };
}
