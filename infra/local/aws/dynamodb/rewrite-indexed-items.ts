import type { DynaliteServer } from './dynalite-server';

interface Page {
  readonly Items?: readonly object[];
  readonly LastEvaluatedKey?: object;
}

/**
 * Writes every item of a table with indexes once more, unchanged. dynalite writes an item and its index entries one after the other, so a process that was
 * killed in between may have left an item that its index does not show; this puts the entry back. Only before the first request.
 */
export async function rewriteIndexedItems(server: Pick<DynaliteServer, 'call'>): Promise<void> {
  const { TableNames: names } = (await server.call('ListTables', {})) as { TableNames: readonly string[] };
  for (const TableName of names) {
    const { Table: table } = (await server.call('DescribeTable', { TableName })) as { Table: { GlobalSecondaryIndexes?: unknown; LocalSecondaryIndexes?: unknown } };
    if (table.GlobalSecondaryIndexes === undefined && table.LocalSecondaryIndexes === undefined) continue;
    for (let start: object | undefined, isFirst = true; isFirst || start !== undefined; isFirst = false) {
      const page: Page = await server.call('Scan', { TableName, ...(start !== undefined && { ExclusiveStartKey: start }) });
      for (const Item of page.Items ?? []) await server.call('PutItem', { TableName, Item });
      start = page.LastEvaluatedKey;
    }
  }
}
