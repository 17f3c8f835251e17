import { AwsError } from '../operation';

/** Refuses input in the words that AWS's own model validation uses. */
export function validationError(message: string): AwsError {
  return new AwsError('ValidationError', message);
}

/** Refuses a value that is none of an enumeration's. */
export function assertOneOf(value: string, allowed: readonly string[], member: string): void {
  if (!allowed.includes(value)) throw validationError(`1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: Member must satisfy enum value set: [${allowed.join(', ')}]`);
}

/** Refuses a number outside its range. */
export function assertInRange(value: number | undefined, { min, max }: { min: number; max: number }, what: string): void {
  if (value === undefined) return;
  if (!Number.isInteger(value) || value < min || value > max) throw validationError(`${what} '${value}' must be between ${min} and ${max}`);
}

/** Refuses names that AWS refuses: 32 letters, digits and hyphens, no hyphen at either end. */
export function assertName(name: string, what: string): void {
  if (name.length === 0) throw validationError(`${what} name must not be empty`);
  if (name.length > 32) throw validationError(`${what} name '${name}' cannot be longer than '32' characters`);
  if (!/^[A-Za-z0-9-]+$/.test(name)) throw validationError(`${what} name '${name}' can only contain characters that are alphanumeric characters and hyphens(-)`);
  if (name.startsWith('-') || name.endsWith('-')) throw validationError(`${what} name '${name}' cannot begin or end with a hyphen(-)`);
}

/** Refuses what is no ARN of the wanted kind at all; one that is well formed may still not exist. */
export function assertArn(arn: string, kind: 'loadbalancer' | 'targetgroup' | 'listener' | 'listener-rule'): void {
  if (!new RegExp(`^arn:aws[a-z-]*:elasticloadbalancing:[a-z0-9-]+:\\d{12}:${kind}/.+$`).test(arn)) throw validationError(`'${arn}' is not a valid ${kind} ARN`);
}
