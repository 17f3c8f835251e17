import type { Condition, Operand, Scalar, Update } from './table';

/** Names and values that an expression refers to, as DynamoDB wants them. */
export interface Expressions {
  readonly ExpressionAttributeNames: Record<string, string>;
  readonly ExpressionAttributeValues: Record<string, unknown>;
}

/** Collects names and values: every attribute stands as `#n`, so that no reserved word can hurt. */
export function expressionWords() {
  const names = new Map<string, string>();
  const values: unknown[] = [];
  const name = (attribute: string) => {
    if (!names.has(attribute)) names.set(attribute, `#a${names.size}`);
    return names.get(attribute) ?? '';
  };
  const value = (content: unknown) => `:v${values.push(content) - 1}`;
  return {
    name,
    value,
    operand: (to: Operand) => (typeof to === 'object' ? name(to.attribute) : value(to satisfies Scalar)),
    /** What the request carries beside its expressions; DynamoDB refuses empty maps. */
    words: (): Partial<Expressions> => ({
      ...(names.size === 0 ? {} : { ExpressionAttributeNames: Object.fromEntries([...names].map(([attribute, short]) => [short, attribute])) }),
      ...(values.length === 0 ? {} : { ExpressionAttributeValues: Object.fromEntries(values.map((content, index) => [`:v${index}`, content])) }),
    }),
  };
}

type Words = ReturnType<typeof expressionWords>;

/** A condition as DynamoDB's ConditionExpression. */
export function formatCondition(condition: Condition, words: Words): string {
  switch (condition.is) {
    case 'present':
      return `attribute_exists(${words.name(condition.attribute)})`;
    case 'missing':
      return `attribute_not_exists(${words.name(condition.attribute)})`;
    case 'all':
    case 'any':
      return `(${condition.of.map((clause) => formatCondition(clause, words)).join(condition.is === 'all' ? ' AND ' : ' OR ')})`;
    case 'not':
      return `(NOT ${formatCondition(condition.of, words)})`;
    default:
      return `${words.name(condition.attribute)} ${COMPARATORS[condition.is]} ${words.operand(condition.to)}`;
  }
}

const COMPARATORS = { equal: '=', less: '<', atMost: '<=' } as const;

/** An update as DynamoDB's UpdateExpression; undefined where it changes nothing. */
export function formatUpdate(update: Update, words: Words): string | undefined {
  const sets = [
    ...pairs(update.set).map(([name, content]) => `${words.name(name)} = ${words.value(content)}`),
    ...pairs(update.setIfMissing).map(([name, content]) => `${words.name(name)} = if_not_exists(${words.name(name)}, ${words.value(content)})`),
    ...pairs(update.copy).map(([name, { from, plus = 0 }]) => `${words.name(name)} = ${words.name(from)} + ${words.value(plus)}`),
  ];
  const adds = pairs(update.add).map(([name, amount]) => `${words.name(name)} ${words.value(amount)}`);
  const removes = (update.remove ?? []).map((name) => words.name(name));
  const parts = [
    ['SET', sets],
    ['ADD', adds],
    ['REMOVE', removes],
  ] as const;
  const text = parts.flatMap(([verb, clauses]) => (clauses.length === 0 ? [] : [`${verb} ${clauses.join(', ')}`])).join(' ');
  return text === '' ? undefined : text;
}

function pairs<Value>(record: Readonly<Record<string, Value>> | undefined): [string, Value][] {
  return Object.entries(record ?? {}).filter(([, value]) => value !== undefined);
}
