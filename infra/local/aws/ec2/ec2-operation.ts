import { AwsError, type Call, type Operation } from '../operation';

/**
 * An operation that knows exactly the parameters `knows`. Another one that EC2 has but we have not is refused by its name, never ignored;
 * `DryRun` is answered as EC2 does, by `DryRunOperation`.
 */
export function operation<Input extends object>(knows: readonly (keyof Input & string)[], run: (input: Input, call: Call) => unknown): Operation {
  return (input: never, call: Call) => {
    refuseUnknown(input, knows);
    return run(input, call);
  };
}

function refuseUnknown(input: Readonly<Record<string, unknown>>, knows: readonly string[]): void {
  const { DryRun: dryRun, ...rest } = input;
  const strange = Object.entries(rest).filter(([name, value]) => value !== undefined && !knows.includes(name));
  if (strange.length > 0) {
    throw new AwsError('UnsupportedOperation', `The local AWS does not implement the parameter ${strange.map(([name]) => name).join(', ')}`);
  }
  if (dryRun === true) throw new AwsError('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412);
}

/** Throws `MissingParameter` in EC2's words if the parameter is absent or empty. */
export function need<T>(value: T | undefined, name: string): T {
  if (value === undefined || value === '') throw new AwsError('MissingParameter', `The request must contain the parameter ${name}`);
  return value;
}
