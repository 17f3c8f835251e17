import { JsonNumber, JsonTypeError, jsonBool, jsonField, jsonFields, jsonInt32, jsonList, jsonText, parseJson } from '../annotations/parse-json';
import type { JsonFields, JsonValue } from '../annotations/parse-json';
import { quote } from '../text';
import { refuse } from '../refusal';
import type { ServiceRequest } from './service-request';

/** One target of a weighted action besides the Service itself. */
export type ForwardTarget =
  | { readonly arn: string; readonly weight?: number }
  | { readonly serviceName: string; readonly servicePort: number | string; readonly decrypt: boolean; readonly weight?: number };

/** How a listener shares its traffic. The base Service always comes first; its weight is neither required nor checked. */
export interface ForwardAction {
  readonly baseServiceWeight?: number;
  readonly targets: readonly ForwardTarget[];
  readonly stickiness?: { readonly enabled?: boolean };
}

const MAX_WEIGHT = 999;

/** The action of one listener, by its final protocol and port; undefined: all traffic goes to the Service itself (LBC's behaviour §1.9). */
export function readForwardAction({ read }: ServiceRequest, listener: { readonly protocol: string; readonly port: number }): ForwardAction | undefined {
  const member = `${listener.protocol}-${listener.port}`;
  const raw = read('actions', member);
  if (raw === undefined) return undefined;
  const where = `annotation ${read.key('actions', member)}`;
  try {
    return buildAction(jsonFields(parseJson(raw), 'the action'), where);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof JsonTypeError) refuse('MalformedJson', `${where} must be JSON like {"type":"forward","forwardConfig":{…}}: ${error.message}, got ${quote(raw)}; correct it or remove the annotation`);
    throw error;
  }
}

/** Names of the Services that an action needs. */
export function servicesOf(action: ForwardAction | undefined): string[] {
  return (action?.targets ?? []).flatMap((target) => ('serviceName' in target ? [target.serviceName] : []));
}

function buildAction(fields: JsonFields | undefined, where: string): ForwardAction {
  const type = fields && jsonText(jsonField(fields, 'type'), 'type');
  const config = fields && jsonFields(jsonField(fields, 'forwardConfig'), 'forwardConfig');
  const forward = config && readForwardConfig(config);
  if (type !== 'forward') refuse('UnknownActionType', `${where}: the type must be "forward" (exactly so), got ${quote(type ?? '')}; correct it or remove the annotation`);
  if (forward === undefined) return refuse('InvalidAction', `${where}: a forward action needs forwardConfig with targetGroups, got none; write it, or remove the annotation`);
  return { ...forward, targets: requireTargets(forward.targets, where) };
}

/** A target as it was written: everything may be missing. */
interface WrittenTarget {
  readonly arn: string | undefined;
  readonly serviceName: string | undefined;
  readonly servicePort: number | string | undefined;
  readonly decrypt: boolean;
  readonly weight: number | undefined;
}

function readForwardConfig(config: JsonFields): Omit<ForwardAction, 'targets'> & { readonly targets: readonly WrittenTarget[] } {
  const baseServiceWeight = jsonInt32(jsonField(config, 'baseServiceWeight'), 'baseServiceWeight');
  const targets = (jsonList(jsonField(config, 'targetGroups'), 'targetGroups') ?? []).map(readTarget);
  const stickiness = jsonFields(jsonField(config, 'targetGroupStickinessConfig'), 'targetGroupStickinessConfig');
  const enabled = stickiness && jsonBool(jsonField(stickiness, 'enabled'), 'enabled');
  return {
    targets,
    ...(baseServiceWeight !== undefined && { baseServiceWeight }),
    ...(stickiness && { stickiness: enabled === undefined ? {} : { enabled } }),
  };
}

function readTarget(value: JsonValue): WrittenTarget {
  const fields = jsonFields(value, 'an entry of targetGroups') ?? new Map<string, JsonValue>();
  return {
    arn: jsonText(jsonField(fields, 'targetGroupARN'), 'targetGroupARN'),
    serviceName: jsonText(jsonField(fields, 'serviceName'), 'serviceName'),
    servicePort: readPort(jsonField(fields, 'servicePort')),
    decrypt: jsonBool(jsonField(fields, 'decrypt'), 'decrypt') ?? false,
    weight: jsonInt32(jsonField(fields, 'weight'), 'weight'),
  };
}

/** A number is a port number, a text is a port's name, even if it looks like a number. */
function readPort(value: JsonValue | undefined): number | string | undefined {
  if (typeof value === 'string') return value;
  if (value === undefined || value === null || value instanceof JsonNumber) return jsonInt32(value, 'servicePort');
  throw new JsonTypeError('servicePort must be a number or a name');
}

function requireTargets(written: readonly WrittenTarget[], where: string): ForwardTarget[] {
  const targets = written.map((target) => requireTarget(target, where));
  if (targets.length > 1 && targets.some(({ weight }) => weight === undefined)) refuse('InvalidAction', `${where}: with several target groups each needs a weight from 0 to ${MAX_WEIGHT}, got one without; write it`);
  return targets;
}

function requireTarget({ arn, serviceName, servicePort, decrypt, weight }: WrittenTarget, where: string): ForwardTarget {
  const wrong = (expected: string): never => refuse('InvalidAction', `${where}: ${expected}; correct it`);
  if ((arn === undefined) === (serviceName === undefined)) return wrong('each target group needs either targetGroupARN or serviceName, not both and not neither');
  if (serviceName !== undefined && servicePort === undefined) return wrong(`the target group of Service ${quote(serviceName)} needs servicePort, the number or name of a port`);
  if (weight !== undefined && (weight < 0 || weight > MAX_WEIGHT)) return wrong(`a weight must be from 0 to ${MAX_WEIGHT}, got ${weight}`);
  const weighted = weight === undefined ? {} : { weight };
  if (arn !== undefined) return { arn, ...weighted };
  return { serviceName: serviceName ?? '', servicePort: servicePort ?? '', decrypt, ...weighted };
}
