import { operation as knownOperation } from '../known-parameters';
import { AwsError, type Call, type Operation } from '../operation';

/** An operation that knows exactly the parameters `knows` and, like nearly every one of EC2's, `DryRun`, which it answers by `DryRunOperation`. */
export function operation<Input extends object>(knows: readonly (keyof Input & string)[], run: (input: Input, call: Call) => unknown): Operation {
  return knownOperation<Input & { DryRun?: boolean | undefined }>([...knows, 'DryRun'], (input, call) => {
    if (input.DryRun === true) throw new AwsError('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412);
    return run(input, call);
  });
}

/** Throws `MissingParameter` in EC2's words if the parameter is absent or empty. */
export function need<T>(value: T | undefined, name: string): T {
  if (value === undefined || value === '') throw new AwsError('MissingParameter', `The request must contain the parameter ${name}`);
  return value;
}
