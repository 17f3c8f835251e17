import type { Template } from '../../states-language';
import { StatesFailure } from './states-failure';

/** What paths may look at: the state's input, and with `$$` the context. */
export interface Scope {
  readonly input: unknown;
  readonly context: unknown;
}

/** `$`, `$.a.b`, `$$.Execution.Id`: the paths that our definition uses. Undefined where nothing is. Throws `States.Runtime` for any other path. */
export function readPath(path: string, { input, context }: Scope): unknown {
  const fromContext = path.startsWith('$$');
  return membersOf(path).reduce<unknown>((value, name) => (isObject(value) ? value[name] : undefined), fromContext ? context : input);
}

/** A copy of the value in which `path` (no context path) holds `member`. Objects on the way are made. Throws `States.ResultPathMatchFailure`. */
export function writePath(path: string, { value, member }: { value: unknown; member: unknown }): unknown {
  const write = (target: unknown, [name, ...rest]: readonly string[]): unknown => {
    if (name === undefined) return member;
    if (target !== undefined && !isObject(target)) throw new StatesFailure('States.ResultPathMatchFailure', `${path} leads into something that is no object`);
    return { ...target, [name]: write(target?.[name], rest) };
  };
  return write(value, membersOf(path));
}

/** Fills a template: members whose name ends in `.$` are paths. Throws `States.ParameterPathFailure` where a path finds nothing. */
export function fillTemplate(template: Template, scope: Scope): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(template).map(([name, value]) => {
      if (isObject(value)) return [name, fillTemplate(value, scope)];
      if (!name.endsWith('.$') || typeof value !== 'string') return [name, value];
      const found = readPath(value, scope);
      if (found === undefined) throw new StatesFailure('States.ParameterPathFailure', `The JSONPath '${value}' specified for the field '${name}' could not be found in the input`);
      return [name.slice(0, -2), found];
    }),
  );
}

function membersOf(path: string): readonly string[] {
  const [, members = ''] = /^\${1,2}((?:\.[A-Za-z_][\w-]*)*)$/.exec(path) ?? [undefined, undefined];
  if (!/^\${1,2}(\.|$)/.test(path) || (members === '' && path.replaceAll('$', '') !== '')) throw new StatesFailure('States.Runtime', `The path ${path} is not one that this interpreter knows`);
  return members.split('.').slice(1);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
