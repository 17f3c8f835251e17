import type { NormalizedSchema } from '@smithy/core/schema';
import { refusing } from './refusal';
import type { Refuse } from './refusal';
import { readScalar } from './scalar';
import { requiredCount } from './service-schema';
import type { OperationSchema } from './service-schema';

/** `a.b.1=x` as a tree: every dot is a step down. */
interface Node {
  readonly path: string;
  text?: string;
  readonly children: Map<string, Node>;
}

interface Reading {
  readonly ec2: boolean;
  readonly refuse: Refuse;
}

/**
 * Reads the parameters of a Query or EC2 Query request into the form of the SDK command's input.
 * Unknown and missing members and wrong types are refused by name. AWS: Smithy, "AWS query protocol", "AWS EC2 query protocol".
 */
export function readQueryInput(parameters: URLSearchParams, operation: OperationSchema, protocol: 'query' | 'ec2'): unknown {
  const root = treeOf(parameters);
  const reading = { ec2: protocol === 'ec2', refuse: refusing(protocol) };
  if (operation.input.isUnitSchema()) return {};
  return readStruct(operation.input, root, reading);
}

function treeOf(parameters: URLSearchParams): Node {
  const root: Node = { path: '', children: new Map() };
  for (const [name, text] of parameters) {
    // Of a presigned request the signature's own parameters are no input.
    if (name === 'Action' || name === 'Version' || name.startsWith('X-Amz-')) continue;
    let node = root;
    for (const step of name.split('.')) node = childOf(node, step);
    node.text = text;
  }
  return root;
}

function childOf(node: Node, step: string): Node {
  const child = node.children.get(step) ?? { path: node.path === '' ? step : `${node.path}.${step}`, children: new Map<string, Node>() };
  node.children.set(step, child);
  return child;
}

function readValue(schema: NormalizedSchema, node: Node, reading: Reading): unknown {
  if (schema.isStructSchema()) return readStruct(schema, node, reading);
  if (schema.isListSchema()) return readList(schema, node, reading);
  if (schema.isMapSchema()) return readMap(schema, node, reading);
  if (node.text === undefined || node.children.size > 0) return reading.refuse('wrong-type', node.path, 'expected a simple value');
  return readScalar(schema, node.text, { where: node.path, refuse: reading.refuse });
}

function readStruct(schema: NormalizedSchema, node: Node, reading: Reading): Record<string, unknown> {
  const { members, byWireName } = membersOf(schema, reading);
  const value: Record<string, unknown> = {};
  for (const [step, child] of node.children) {
    const found = byWireName.get(step) ?? reading.refuse('unknown-member', child.path);
    value[found.name] = readValue(found.member, child, reading);
  }
  for (const { name, wireName: expected } of members.slice(0, requiredCount(schema))) {
    if (value[name] === undefined) reading.refuse('missing-member', node.path === '' ? expected : `${node.path}.${expected}`);
  }
  return value;
}

interface Members {
  readonly members: readonly { readonly name: string; readonly member: NormalizedSchema; readonly wireName: string }[];
  readonly byWireName: ReadonlyMap<string, Members['members'][number]>;
}

const known = new WeakMap<NormalizedSchema, Members>();

/** The members of a structure, looked up once per schema: a schema belongs to one service, and so to one protocol. */
function membersOf(schema: NormalizedSchema, reading: Reading): Members {
  const found = known.get(schema);
  if (found !== undefined) return found;
  const members = [...schema.structIterator()].map(([name, member]) => ({ name, member, wireName: wireName(name, member, reading) }));
  const made = { members, byWireName: new Map(members.map((member) => [member.wireName, member])) };
  known.set(schema, made);
  return made;
}

function wireName(name: string, member: NormalizedSchema, { ec2 }: Reading): string {
  const traits = member.getMergedTraits();
  if (!ec2) return traits.xmlName ?? name;
  const plain = traits.xmlName ?? name;
  return typeof traits['ec2QueryName'] === 'string' ? traits['ec2QueryName'] : plain.charAt(0).toUpperCase() + plain.slice(1);
}

function readList(schema: NormalizedSchema, node: Node, reading: Reading): unknown[] {
  const member = schema.getValueSchema();
  const isFlat = reading.ec2 || schema.getMergedTraits().xmlFlattened !== undefined;
  const step = member.getMergedTraits().xmlName ?? 'member';
  if (!isFlat && [...node.children.keys()].some((key) => key !== step)) reading.refuse('malformed', node.path, `expected ${node.path}.${step}.1`);
  const items = isFlat ? node.children : (node.children.get(step)?.children ?? new Map<string, Node>());
  return inOrder(items, node, reading).map((item) => readValue(member, item, reading));
}

function readMap(schema: NormalizedSchema, node: Node, reading: Reading): Record<string, unknown> {
  const isFlat = schema.getMergedTraits().xmlFlattened !== undefined;
  const items = isFlat ? node.children : (node.children.get('entry')?.children ?? new Map<string, Node>());
  const keyName = schema.getKeySchema().getMergedTraits().xmlName ?? 'key';
  const valueSchema = schema.getValueSchema();
  const valueName = valueSchema.getMergedTraits().xmlName ?? 'value';
  const entries = inOrder(items, node, reading).map((item): [string, unknown] => {
    const key = item.children.get(keyName)?.text ?? reading.refuse('missing-member', `${item.path}.${keyName}`);
    const value = item.children.get(valueName) ?? reading.refuse('missing-member', `${item.path}.${valueName}`);
    return [key, readValue(valueSchema, value, reading)];
  });
  return Object.fromEntries(entries);
}

function inOrder(items: ReadonlyMap<string, Node>, node: Node, { refuse }: Reading): Node[] {
  for (const step of items.keys()) if (!/^\d+$/.test(step)) refuse('malformed', `${node.path}.${step}`, 'expected a number');
  return [...items].sort(([a], [b]) => Number(a) - Number(b)).map(([, item]) => item);
}
