import { AwsError } from '../operation';
import type { Protocol } from './service-schema';

/** What can be wrong with a request before any service looks at it. */
export type Fault = 'unknown-member' | 'missing-member' | 'wrong-type' | 'malformed';

type Codes = Readonly<Record<Fault, string>>;

const coral: Codes = { 'unknown-member': 'ValidationException', 'missing-member': 'ValidationException', 'wrong-type': 'SerializationException', malformed: 'SerializationException' };

/** AWS's own codes. AWS: "Common errors" of each API; EC2: "Error codes for the Amazon EC2 API". */
const codes: Readonly<Record<Protocol, Codes>> = {
  query: { 'unknown-member': 'ValidationError', 'missing-member': 'ValidationError', 'wrong-type': 'ValidationError', malformed: 'MalformedInput' },
  ec2: { 'unknown-member': 'UnknownParameter', 'missing-member': 'MissingParameter', 'wrong-type': 'InvalidParameterValue', malformed: 'InvalidRequest' },
  json: coral,
  'rest-json': coral,
};

/** Refuses a request in the words of its protocol; `where` is the member's path as the client wrote it. */
export type Refuse = (fault: Fault, where: string, detail?: string) => never;

/** The refusals of a protocol. */
export function refusing(protocol: Protocol): Refuse {
  return (fault, where, detail = '') => {
    throw new AwsError(codes[protocol][fault], `${sentence(protocol, fault, where)}${detail === '' ? '' : `: ${detail}`}`);
  };
}

function sentence(protocol: Protocol, fault: Fault, where: string): string {
  if (fault === 'unknown-member') return protocol === 'ec2' ? `The parameter ${where} is not recognized` : `Unknown parameter ${where}`;
  if (fault === 'wrong-type') return `Invalid value for parameter ${where}`;
  if (fault === 'malformed') return `The request is not well formed at ${where}`;
  if (protocol === 'ec2') return `The request must contain the parameter ${where}`;
  return `1 validation error detected: Value null at '${where}' failed to satisfy constraint: Member must not be null`;
}
