import { AwsError } from '../operation';
import { readJsonInput } from './json-input';
import { writeJsonOutput } from './json-output';
import { bodyText } from './message';
import type { WireRequest, WireResponse } from './message';
import { copyOutput } from './copy-output';
import { readQueryInput } from './query-input';
import { refusing } from './refusal';
import { matchRoute, parseJson, readRestInput, writeRestOutput } from './rest';
import type { OperationSchema, ServiceSchema } from './service-schema';
import { writeXmlOutput } from './xml-output';

/** A request whose operation is known; its input is read when it is asked for, and refused then. */
export interface Decoded {
  readonly action: string;
  readInput(): unknown;
  writeOutput(output: unknown, requestId: string): WireResponse;
}

/** Finds the operation that a request asks for. Throws `AwsError` if the service has none of that name. */
export function decode(service: ServiceSchema, request: WireRequest): Decoded {
  if (service.protocol === 'query' || service.protocol === 'ec2') return decodeQuery(service, service.protocol, request);
  return service.protocol === 'json' ? decodeJson(service, request) : decodeRest(service, request);
}

function decodeQuery(service: ServiceSchema, protocol: 'query' | 'ec2', request: WireRequest): Decoded {
  const parameters = new URLSearchParams(bodyText(request.body));
  for (const [name, value] of Object.entries(request.query)) for (const item of [value].flat()) parameters.append(name, item);
  const action = parameters.get('Action') ?? '';
  const version = parameters.get('Version') ?? service.version;
  // EC2's operations are the same in all of its versions; elasticloadbalancing of 2012 is another service, Classic Load Balancers.
  const isOther = protocol === 'query' && version !== service.version;
  const operation = isOther ? undefined : service.operations.get(action);
  if (operation === undefined) throw new AwsError('InvalidAction', `Could not find operation ${action} for version ${version}`);
  return {
    action,
    readInput: () => readQueryInput(parameters, operation, protocol),
    writeOutput: (output, requestId) => ({
      status: 200,
      headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
      ...(request.wantsValue === true ? { body: '', value: copyOutput(operation.output, output ?? {}) } : { body: writeXmlOutput(service, operation, { output, requestId }) }),
    }),
  };
}

function decodeJson(service: ServiceSchema, request: WireRequest): Decoded {
  const [prefix, action = ''] = (request.headers['x-amz-target'] ?? '').split('.');
  const operation = service.operations.get(action);
  const isUnknown = service.operations.size > 0 && operation === undefined;
  if (prefix !== service.target || isUnknown) throw new AwsError('UnknownOperationException', `Unknown operation ${request.headers['x-amz-target'] ?? ''}`);
  return {
    action,
    readInput: () => readJson(operation, request),
    writeOutput: (output, requestId) => ({
      status: 200,
      headers: { 'content-type': `application/x-amz-json-${service.jsonVersion ?? '1.1'}`, 'x-amzn-requestid': requestId },
      body: JSON.stringify(operation === undefined ? (output ?? {}) : writeJsonOutput(operation.output, output)),
    }),
  };
}

function readJson(operation: OperationSchema | undefined, request: WireRequest): unknown {
  const refuse = refusing('json');
  const json = parseJson(bodyText(request.body), refuse);
  return operation === undefined ? json : readJsonInput(operation.input, json, refuse);
}

function decodeRest(service: ServiceSchema, request: WireRequest): Decoded {
  const match = matchRoute(service, request);
  if (match === undefined) throw new AwsError('UnknownOperationException', `Unknown operation ${request.method} ${request.path}`, 404);
  const { operation, labels } = match;
  return {
    action: operation.name,
    readInput: () => readRestInput(operation, request, labels),
    writeOutput: (output, requestId) => {
      const response = writeRestOutput(operation, output);
      return { ...response, headers: { ...response.headers, 'x-amzn-requestid': requestId } };
    },
  };
}
