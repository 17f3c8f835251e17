import { AwsError, type Call, type Operation } from './operation';

/**
 * An operation that knows exactly the parameters `knows`. Another one that AWS has but we have not is refused by its name
 * (`UnsupportedOperation`), never ignored.
 */
export function operation<Input extends object>(knows: readonly (keyof Input & string)[], run: (input: Input, call: Call) => unknown): Operation {
  return (input: never, call: Call) => {
    refuseUnknown(input, knows);
    return run(input, call);
  };
}

function refuseUnknown(input: object, knows: readonly string[]): void {
  const strange = Object.entries(input).filter(([name, value]) => value !== undefined && !knows.includes(name));
  if (strange.length > 0) throw new AwsError('UnsupportedOperation', `The local AWS does not implement the parameter ${strange.map(([name]) => name).join(', ')}`);
}
