import { deserialize, serialize } from 'node:v8';
import stringify from 'fast-json-stable-stringify';
import { AwsError, type Call } from '../operation';
import type { Ec2 } from './state';

interface Answered {
  readonly request: string;
  /** The answer with its dates, as V8 writes it, in base64. */
  readonly answer: string;
}

/**
 * Runs a Create call once per client token: the same token and parameters give the first answer again, other parameters throw
 * `IdempotentParameterMismatch` (AWS: "Ensuring idempotency in Amazon EC2 API requests").
 */
export function once<Input extends { ClientToken?: string | undefined }, Output>(operation: string, create: (ec2: Ec2, call: Call, input: Input) => Output): (ec2: Ec2, call: Call, input: Input) => Output {
  return (ec2, call, input) => {
    const { ClientToken: token } = input;
    if (token === undefined) return create(ec2, call, input);
    const answers = ec2.world.storage.collection<Answered>(`ec2/${call.account}/${call.region}/client-tokens`);
    const key = `${operation}/${token}`;
    const request = stringify(input);
    const earlier = answers.get(key);
    if (earlier === undefined) {
      const output = create(ec2, call, input);
      answers.set(key, { request, answer: serialize(output).toString('base64') });
      return output;
    }
    if (earlier.request !== request) throw new AwsError('IdempotentParameterMismatch', 'Arguments on this idempotent request are inconsistent with arguments used in previous request(s).');
    return deserialize(Buffer.from(earlier.answer, 'base64')) as Output;
  };
}
