import type { NormalizedSchema } from '@smithy/core/schema';
import { jsonName, readJsonInput, readJsonMember } from './json-input';
import { writeJsonOutput } from './json-output';
import { bodyText, queryValue } from './message';
import type { WireRequest, WireResponse } from './message';
import { refusing } from './refusal';
import type { Refuse } from './refusal';
import { readScalar, writeScalar } from './scalar';
import type { OperationSchema, Route, ServiceSchema } from './service-schema';

type Labels = Readonly<Record<string, string>>;

/** The operation that a method and path mean, with the values of the path's labels; literal segments win over labels. */
export function matchRoute(service: ServiceSchema, { method, path }: Pick<WireRequest, 'method' | 'path'>): { operation: OperationSchema; labels: Labels } | undefined {
  const segments = path.replace(/\/$/, '').split('/').slice(1);
  const matches = [...service.operations.values()].flatMap((operation) => {
    const labels = operation.route?.method === method ? labelsOf(operation.route, segments) : undefined;
    return labels === undefined ? [] : [{ operation, labels }];
  });
  return matches.sort((a, b) => Object.keys(a.labels).length - Object.keys(b.labels).length)[0];
}

function labelsOf(route: Route, segments: readonly string[]): Labels | undefined {
  const expected = route.segments.filter((segment, index) => segment !== '' || index < route.segments.length - 1);
  const labels: Record<string, string> = {};
  for (const [index, segment] of expected.entries()) {
    const found = segments[index];
    const label = /^\{(.+?)(\+?)\}$/.exec(segment);
    if (found === undefined || (label === null && segment !== found)) return undefined;
    if (label?.[2] === '+') return { ...labels, [label[1] ?? '']: segments.slice(index).map(decodeURIComponent).join('/') };
    if (label !== null) labels[label[1] ?? ''] = decodeURIComponent(found);
  }
  return segments.length === expected.length ? labels : undefined;
}

/** Reads the input of a REST operation from labels, query, headers and JSON body. AWS: Smithy, "HTTP bindings". */
export function readRestInput(operation: OperationSchema, request: WireRequest, labels: Labels): unknown {
  const refuse = refusing('rest-json');
  if (operation.input.isUnitSchema()) return {};
  const bound: Record<string, unknown> = {};
  for (const [name, member] of operation.input.structIterator()) {
    const value = readBound(name, member, { request, labels, refuse });
    if (value !== undefined) bound[name] = value;
  }
  return { ...readBody(operation.input, { body: bodyText(request.body), bound, refuse }), ...bound };
}

interface Sources {
  readonly request: WireRequest;
  readonly labels: Labels;
  readonly refuse: Refuse;
}

function readBound(name: string, member: NormalizedSchema, { request, labels, refuse }: Sources): unknown {
  const { httpLabel, httpQuery, httpHeader } = member.getMergedTraits();
  if (httpQuery !== undefined && member.isListSchema()) {
    const given = request.query[httpQuery];
    return given === undefined ? undefined : [given].flat().map((text) => readScalar(member.getValueSchema(), text, { where: name, refuse }));
  }
  const text = httpLabel !== undefined ? labels[name] : httpQuery !== undefined ? queryValue(request.query, httpQuery) : httpHeader === undefined ? undefined : request.headers[httpHeader.toLowerCase()];
  return text === undefined ? undefined : readScalar(member, text, { where: name, refuse });
}

/** Members bound elsewhere count as present, so that what is required is checked once over all sources. */
function readBody(input: NormalizedSchema, { body, bound, refuse }: { body: string; bound: Record<string, unknown>; refuse: Refuse }): object {
  const json = parseJson(body, refuse);
  const payload = [...input.structIterator()].find(([, member]) => member.getMergedTraits().httpPayload !== undefined);
  if (payload !== undefined) return { [payload[0]]: readJsonMember(payload[1], json, { where: payload[0], refuse }) };
  const wanted = Object.fromEntries([...input.structIterator()].filter(([name]) => bound[name] !== undefined).map(([name, member]) => [jsonName(name, member), jsonForm(bound[name])]));
  return readJsonInput(input, { ...json, ...wanted }, refuse) as object;
}

function jsonForm(value: unknown): unknown {
  return value instanceof Date ? value.getTime() / 1000 : value;
}

/** Parses a JSON body; an empty one means no members. */
export function parseJson(body: string, refuse: Refuse): Record<string, unknown> {
  try {
    return body === '' ? {} : (JSON.parse(body) as Record<string, unknown>);
  } catch {
    return refuse('malformed', 'body', 'not JSON');
  }
}

/** Writes the output of a REST operation: header members into headers, a payload member or all others into the body. */
export function writeRestOutput(operation: OperationSchema, output: unknown): WireResponse {
  const status = operation.route?.status ?? 200;
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (operation.output.isUnitSchema()) return { status, headers, body: '' };
  const inBody: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(output ?? {})) {
    const header = operation.output.getMemberSchema(name).getMergedTraits().httpHeader;
    if (header === undefined) inBody[name] = value;
    else if (value !== undefined) headers[header.toLowerCase()] = writeScalar(value);
  }
  return { status, headers, body: JSON.stringify(writeJsonOutput(operation.output, inBody)) };
}
