import { queryValue } from './message';
import type { WireRequest } from './message';

/** Who signed a request and for what; the signature itself is not verified, because secrets are not known here. */
export interface CredentialScope {
  readonly accessKeyId: string;
  readonly region: string;
  /** Signing name of the service: `elasticloadbalancing`, `ec2`, `states` … */
  readonly service: string;
}

/**
 * Reads the credential scope from the Authorization header or, for a presigned request, from X-Amz-Credential.
 * Answers `undefined` for a request without either. AWS: "Elements of an AWS API request signature".
 */
export function readCredentialScope(request: WireRequest): CredentialScope | undefined {
  const header = request.headers['authorization'] ?? '';
  const credential = /Credential=([^,\s]+)/.exec(header)?.[1] ?? queryValue(request.query, 'X-Amz-Credential');
  // An access key id holds no slash, so the scope's parts are the last four.
  const [accessKeyId, , region, service, terminator] = credential?.split('/') ?? [];
  if (accessKeyId === undefined || region === undefined || service === undefined || terminator !== 'aws4_request') return undefined;
  return { accessKeyId, region, service };
}
