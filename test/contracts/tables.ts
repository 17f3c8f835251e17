import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import dynalite from 'dynalite';
import type { AwsClientConfig } from '../../shared/aws/client-config';
import { dynamodbTable, ensureTable } from '../../shared/aws/dynamodb-table';
import type { Table } from '../../shared/aws/table';
import { memoryTable } from '../../shared/store/memory-table';

/** Something that makes empty tables, one per test. */
export interface Tables {
  readonly name: string;
  start(): Promise<void>;
  make(): Promise<Table>;
  stop(): Promise<void>;
}

/** The table in memory. */
export function memoryTables(): Tables {
  return { name: 'in memory', start: () => Promise.resolve(), make: () => Promise.resolve(memoryTable()), stop: () => Promise.resolve() };
}

/** Tables in dynalite, in this process; or in another DynamoDB at `url` (DynamoDB Local, say). */
export function dynamodbTables(url?: string): Tables {
  let local: Server | undefined;
  let endpoint = url ?? '';
  let serial = 0;
  return {
    name: url === undefined ? 'dynalite' : url,
    async start() {
      if (url !== undefined) return;
      const server = dynalite({ createTableMs: 0 });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
      endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      local = server;
    },
    async make() {
      const config: AwsClientConfig = { region: 'us-west-2', endpoint, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
      const name = `stepbalancer-${Date.now()}-${(serial += 1)}`;
      await ensureTable({ config, name });
      return dynamodbTable({ config, name });
    },
    stop: () => Promise.resolve(void local?.close()),
  };
}
