import type { AwsError } from '../operation';
import type { WireRequest, WireResponse } from './message';
import type { ErrorSchema, ServiceSchema } from './service-schema';
import { element } from './xml-output';

/** Puts an error into the form that the service's clients read: Query, EC2 Query, JSON or REST JSON. AWS: Smithy, "error serialization" of each protocol. */
export function writeError(service: ServiceSchema, error: Pick<AwsError, 'code' | 'message' | 'status'>, requestId: string): WireResponse {
  const declared = service.errors.find(({ name, queryCode }) => name === error.code || queryCode === error.code);
  // 400 is what an error has that names no status of its own.
  const status = error.status === 400 ? (declared?.status ?? 400) : error.status;
  if (service.protocol === 'ec2') return xml(status, ec2Error(error, requestId));
  if (service.protocol === 'query') return xml(status, queryError({ service, status, code: declared?.queryCode ?? error.code, message: error.message }, requestId));
  return jsonError(service, { declared, status, code: error.code, message: error.message }, requestId);
}

/** Services that speak XML over plain paths. */
const REST_XML = new Set(['s3', 'route53', 'cloudfront']);

/** An error before the service is known, or for one that is not here: in the form that the request itself suggests. */
export function writeStrangeError({ headers }: Pick<WireRequest, 'headers'>, { service = '', status, code, message }: Failure & { service?: string }): WireResponse {
  const isQuery = headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
  if (isQuery || REST_XML.has(service)) return xml(status, `<ErrorResponse><Error>${element('Type', sideOf(status))}${element('Code', code)}${element('Message', message)}</Error></ErrorResponse>`);
  return { status, headers: { 'content-type': 'application/json', 'x-amzn-errortype': code }, body: JSON.stringify({ __type: code, message }) };
}

function xml(status: number, body: string): WireResponse {
  return { status, headers: { 'content-type': 'text/xml' }, body: `<?xml version="1.0" encoding="UTF-8"?>\n${body}` };
}

function ec2Error({ code, message }: Pick<AwsError, 'code' | 'message'>, requestId: string): string {
  return `<Response><Errors><Error>${element('Code', code)}${element('Message', message)}</Error></Errors>${element('RequestID', requestId)}</Response>`;
}

interface Failure {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

function queryError({ service, status, code, message }: Failure & { service: ServiceSchema }, requestId: string): string {
  const side = element('Type', sideOf(status));
  return `<ErrorResponse xmlns="${service.xmlNamespace ?? ''}"><Error>${side}${element('Code', code)}${element('Message', message)}</Error>${element('RequestId', requestId)}</ErrorResponse>`;
}

function jsonError(service: ServiceSchema, { declared, status, code, message }: Failure & { declared: ErrorSchema | undefined }, requestId: string): WireResponse {
  const name = declared?.name ?? code;
  return {
    status,
    headers: {
      'content-type': service.protocol === 'json' ? `application/x-amz-json-${service.jsonVersion ?? '1.1'}` : 'application/json',
      'x-amzn-requestid': requestId,
      'x-amzn-errortype': name,
      ...(service.queryCompatible === true && { 'x-amzn-query-error': `${declared?.queryCode ?? code};${sideOf(status)}` }),
    },
    body: JSON.stringify({ __type: name, message, Message: message }),
  };
}

function sideOf(status: number): 'Sender' | 'Receiver' {
  return status < 500 ? 'Sender' : 'Receiver';
}
