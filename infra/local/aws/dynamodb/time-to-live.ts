import type { World } from '../operation';
import type { DynaliteServer } from './dynalite-server';
import type { Place, TableOperation } from './dynamodb';

interface TimeToLive {
  readonly account: string;
  readonly region: string;
  readonly table: string;
  readonly attribute: string;
}

interface Page {
  readonly Items?: readonly Readonly<Record<string, unknown>>[];
  readonly LastEvaluatedKey?: object;
}

function settings({ storage }: Pick<World, 'storage'>) {
  return storage.collection<TimeToLive>('dynamodb/time-to-live');
}

/** UpdateTimeToLive and DescribeTimeToLive. AWS: Amazon DynamoDB API reference. */
export function timeToLiveOperations(world: Pick<World, 'storage'>): Record<string, TableOperation> {
  const enabled = settings(world);
  const idOf = ({ account, region }: Place, table: string) => `${account}/${region}/${table}`;
  return {
    UpdateTimeToLive: ({ TableName: table, TimeToLiveSpecification: specification }, place) => {
      const { AttributeName: attribute, Enabled: isEnabled } = specification as { AttributeName: string; Enabled: boolean };
      if (isEnabled) enabled.set(idOf(place, table), { ...place, table, attribute });
      else enabled.delete(idOf(place, table));
      return { TimeToLiveSpecification: { AttributeName: attribute, Enabled: isEnabled } };
    },
    DescribeTimeToLive: ({ TableName: table }, place) => {
      const found = enabled.get(idOf(place, table));
      return { TimeToLiveDescription: found === undefined ? { TimeToLiveStatus: 'DISABLED' } : { TimeToLiveStatus: 'ENABLED', AttributeName: found.attribute } };
    },
  };
}

/** Deletes what has expired (seconds since the epoch in the table's attribute lie in the past). Answers how many items. */
export async function expireItems(world: Pick<World, 'storage' | 'clock'>, { place, server }: { place: Place; server: DynaliteServer }): Promise<number> {
  const tables = settings(world)
    .values()
    .filter(({ account, region }) => account === place.account && region === place.region);
  let removed = 0;
  for (const { table, attribute } of tables) removed += await expireTable(server, { table, attribute, now: Math.floor(world.clock.now() / 1000) });
  return removed;
}

async function expireTable(server: DynaliteServer, { table: TableName, attribute, now }: { table: string; attribute: string; now: number }): Promise<number> {
  const { Table: described } = (await server.call('DescribeTable', { TableName })) as { Table: { KeySchema: readonly { AttributeName: string }[] } };
  const expired = { ExpressionAttributeNames: { '#ttl': attribute }, ExpressionAttributeValues: { ':now': { N: String(now) } } };
  let removed = 0;
  for (let start: object | undefined, isFirst = true; isFirst || start !== undefined; isFirst = false) {
    const page: Page = await server.call('Scan', { TableName, FilterExpression: '#ttl < :now', ...expired, ...(start !== undefined && { ExclusiveStartKey: start }) });
    for (const item of page.Items ?? []) {
      const Key = Object.fromEntries(described.KeySchema.map(({ AttributeName: name }) => [name, item[name]]));
      removed += await removeUnlessChanged(server, { TableName, Key, ConditionExpression: '#ttl < :now', ...expired });
    }
    start = page.LastEvaluatedKey;
  }
  return removed;
}

async function removeUnlessChanged(server: DynaliteServer, deletion: object): Promise<number> {
  try {
    await server.call('DeleteItem', deletion);
    return 1;
  } catch (error) {
    if (error instanceof Error && error.message.includes('ConditionalCheckFailed')) return 0;
    throw error;
  }
}
