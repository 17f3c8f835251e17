import type { KubeObject } from '../kube-object';
import { asText, isFields } from '../kube-object';
import type { Kind } from '../kinds/kind';
import { apiVersionOf } from '../kinds/kind';
import { checkFields } from '../schema/check-fields';
import { builtinDefinition, definitionName } from '../schema/builtin-schema';
import { badRequest } from '../status-error';
import type { WriteOptions } from './write-context';

/** What was sent, as an object of the kind that its path names: unknown fields are gone, wrong types are refused (400). */
export function decode(input: unknown, { kind, options }: { kind: Kind; options: WriteOptions }): KubeObject {
  if (!isFields(input)) throw badRequest(`the body must be a ${kind.kind} object`);
  checkIdentity(input, kind);
  const metadata = isFields(input['metadata']) ? input['metadata'] : {};
  const checkTypes = kind.custom === undefined;
  const { unknown, mistyped, pruned } = checkFields({ ...input, metadata }, { ...kind, checkTypes });
  const wrong = mistyped ?? (checkTypes ? undefined : mistypedMetadata(metadata));
  if (wrong !== undefined) throw badRequest(`${kind.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}: ${wrong}`);
  reportUnknown(unknown, { kind, options });
  const object = pruned as KubeObject;
  return { ...object, apiVersion: apiVersionOf(kind), kind: kind.kind, metadata: { ...object.metadata } };
}

function mistypedMetadata(metadata: unknown): string | undefined {
  return checkFields({ metadata }, { schema: { properties: { metadata: builtinDefinition(definitionName('V1ObjectMeta')) } }, definitions: builtinDefinition }).mistyped;
}

function checkIdentity(input: Record<string, unknown>, kind: Kind): void {
  const expected = apiVersionOf(kind);
  const { apiVersion, kind: name } = input;
  if (name !== undefined && name !== kind.kind) throw badRequest(`${asText(name)} in version "${asText(apiVersion)}" cannot be handled as a ${kind.kind}: converting (${asText(name)}) to (${kind.kind}): unknown conversion`);
  if (apiVersion !== undefined && apiVersion !== expected) throw badRequest(`the API version in the data (${asText(apiVersion)}) does not match the expected API version (${expected})`);
}

function reportUnknown(unknown: readonly string[], { kind, options }: { kind: Kind; options: WriteOptions }): void {
  if (unknown.length === 0 || options.fieldValidation === 'Ignore') return;
  const texts = unknown.map((path) => `unknown field "${path}"`);
  if (options.fieldValidation === 'Strict') throw badRequest(`${kind.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}: strict decoding error: ${texts.join(', ')}`);
  for (const text of texts) options.warn?.(text);
}
