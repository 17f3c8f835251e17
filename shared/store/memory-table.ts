import { type Condition, DUE_INDEX, type Item, type ItemKey, type Operand, type Table, type Update } from '../aws/table';

const LIMIT_BYTES = 400 * 1024; // DynamoDB: an item has at most 400 KB

/** A table in memory, for the simulation and for tests: the same promises as DynamoDB, kept by the same contract suite. Nothing in it waits. */
export function memoryTable(): Table & { readonly items: () => Item[] } {
  const partitions = new Map<string, Map<string, Item>>();
  const find = ({ pk, sk }: ItemKey) => partitions.get(pk)?.get(sk);

  function write(item: Item): Item {
    checkSize(item);
    const kept = copyOf(item);
    const partition = partitions.get(item.pk) ?? new Map<string, Item>();
    partitions.set(item.pk, partition.set(item.sk, kept));
    return copyOf(kept);
  }

  return {
    items: () => [...partitions.values()].flatMap((partition) => [...partition.values()].map((item) => copyOf(item))),
    get: (key) => Promise.resolve(copyOf(find(key))),
    async put(item, condition) {
      if (condition && !holds(condition, find(item))) return Promise.resolve(false);
      write(withoutUndefined(item));
      return Promise.resolve(true);
    },
    async update({ pk, sk }, update, condition) {
      const before = find({ pk, sk });
      if (condition && !holds(condition, before)) return Promise.resolve(undefined);
      return Promise.resolve(write(applyUpdate(before ?? { pk, sk }, update)));
    },
    async delete(key, condition) {
      if (condition && !holds(condition, find(key))) return Promise.resolve(false);
      partitions.get(key.pk)?.delete(key.sk);
      return Promise.resolve(true);
    },
    query: (pk, prefix = '') =>
      Promise.resolve(
        [...(partitions.get(pk)?.values() ?? [])]
          .filter((item) => item.sk.startsWith(prefix))
          .sort((a, b) => byBytes(a.sk, b.sk))
          .map((item) => copyOf(item)),
      ),
    queryDue({ partition, until, limit }) {
      const due = [...partitions.values()].flatMap((items) => [...items.values()].filter((item) => item[DUE_INDEX.partition] === partition && dueAt(item) <= until));
      return Promise.resolve(
        due
          .sort((a, b) => dueAt(a) - dueAt(b) || byBytes(a.pk, b.pk))
          .slice(0, limit)
          .map(({ pk, sk }) => ({ pk, sk })),
      );
    },
  };
}

/** A deep copy of what items may hold: JSON values and bytes. Much faster than `structuredClone`, and this is called most. */
function copyOf<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyOf) as Value;
  if (value instanceof Uint8Array) return value.slice() as Value;
  const copy: Record<string, unknown> = {};
  for (const name in value) copy[name] = copyOf(value[name]);
  return copy as Value;
}

/** Whether a condition holds for an item; undefined where there is none. */
export function holds(condition: Condition, item: Item | undefined): boolean {
  switch (condition.is) {
    case 'present':
      return item?.[condition.attribute] !== undefined;
    case 'missing':
      return item?.[condition.attribute] === undefined;
    case 'all':
      return condition.of.every((clause) => holds(clause, item));
    case 'any':
      return condition.of.some((clause) => holds(clause, item));
    case 'not':
      return !holds(condition.of, item);
    default:
      return compare(condition.is, item?.[condition.attribute], operand(condition.to, item));
  }
}

function operand(to: Operand, item: Item | undefined): unknown {
  return typeof to === 'object' ? item?.[to.attribute] : to;
}

function compare(is: 'equal' | 'less' | 'atMost', left: unknown, right: unknown): boolean {
  if (left === undefined || right === undefined || typeof left !== typeof right) return false;
  if (is === 'equal') return left === right;
  if (typeof left === 'number' && typeof right === 'number') return is === 'less' ? left < right : left <= right;
  if (typeof left === 'string' && typeof right === 'string') return is === 'less' ? byBytes(left, right) < 0 : byBytes(left, right) <= 0;
  return false;
}

/** The item after an update. Throws where DynamoDB answers ValidationException. */
export function applyUpdate(before: Item, update: Update): Item {
  const after: Record<string, unknown> = { ...before };
  for (const [name, value] of Object.entries(update.set ?? {})) after[name] = value;
  for (const [name, value] of Object.entries(update.setIfMissing ?? {})) after[name] = before[name] ?? value;
  for (const [name, { from, plus = 0 }] of Object.entries(update.copy ?? {})) after[name] = numberIn(before, from) + plus;
  for (const [name, amount] of Object.entries(update.add ?? {})) after[name] = (before[name] === undefined ? 0 : numberIn(before, name)) + amount;
  for (const name of update.remove ?? []) delete after[name];
  return withoutUndefined(after as Item);
}

function numberIn(item: Item, attribute: string): number {
  const value = item[attribute];
  if (typeof value !== 'number') throw new Error(`update: expected a number in ${attribute} of ${item.pk} / ${item.sk}, found ${typeof value}`);
  return value;
}

const dueAt = (item: Item) => (typeof item[DUE_INDEX.sort] === 'number' ? (item[DUE_INDEX.sort] as number) : Number.POSITIVE_INFINITY);
const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
const withoutUndefined = (item: Item) => Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined)) as Item;

function checkSize(item: Item): void {
  const bytes = Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + (value instanceof Uint8Array ? value.byteLength : Buffer.byteLength(JSON.stringify(value))), 0);
  if (bytes > LIMIT_BYTES) throw new Error(`item ${item.pk} / ${item.sk}: expected at most ${LIMIT_BYTES} bytes, found ${bytes}`);
}
