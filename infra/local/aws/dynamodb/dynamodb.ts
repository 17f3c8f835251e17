import { join } from 'node:path';
import type { RawService } from '../answer-call';
import type { Call, World } from '../operation';
import { bodyText, type WireRequest, type WireResponse } from '../wire/message';
import { backupOperations } from './continuous-backups';
import { startDynalite, type DynaliteServer } from './dynalite-server';
import { expireItems, timeToLiveOperations } from './time-to-live';
import { rewriteIndexedItems } from './rewrite-indexed-items';

/** DynamoDB for the one endpoint. */
export interface DynamoDb {
  readonly raw: RawService;
  /** Removes items whose time has come; happens by itself too. Answers how many. */
  expire(): Promise<number>;
  close(): Promise<void>;
}

/** An operation that dynalite does not have: JSON in, JSON out. */
export type TableOperation = (input: { readonly TableName: string } & Record<string, unknown>, place: Place) => object;

/** Account and Region of a set of tables. */
export type Place = Pick<Call, 'account' | 'region'>;

/** AWS removes expired items within days; we look every hour, before the factor. */
const EXPIRY_SECONDS = 3600;

/** Operations that show ARNs; all others pass unchanged. */
const SHOWS_ARNS = ['CreateTable', 'DescribeTable', 'DeleteTable', 'UpdateTable'];

/** Operations that take their time in AWS; here the table has settled when they answer. */
const CHANGES_TABLES = ['CreateTable', 'UpdateTable', 'DeleteTable'];

/**
 * dynalite behind the local AWS: one set of tables per account and Region, in memory or under the folder `path`. What dynalite lacks
 * (time to live, point-in-time recovery as a setting) is answered here. It has no transactions: refused by it as an unknown operation.
 */
export function createDynamoDb(world: World, { path }: { path?: string } = {}): DynamoDb {
  const servers = new Map<string, { place: Place; ready: Promise<DynaliteServer> }>();
  const own: Record<string, TableOperation> = { ...timeToLiveOperations(world), ...backupOperations(world) };
  const serverOf = (place: Place) => {
    const id = `${place.account}-${place.region}`;
    const server = servers.get(id) ?? { place, ready: start(path === undefined ? undefined : join(path, id)) };
    servers.set(id, server);
    return server.ready;
  };
  const expire = async () => {
    const counts = await Promise.all([...servers.values()].map(async ({ place, ready }) => expireItems(world, { place, server: await ready })));
    return counts.reduce((sum, count) => sum + count, 0);
  };
  let cancel = () => undefined as void;
  const scheduleExpiry = () => {
    cancel = world.clock.after(EXPIRY_SECONDS * 1000 * world.factor, () => void expire().finally(scheduleExpiry));
  };
  scheduleExpiry();

  return {
    async raw(request, { account, region, action }) {
      const server = await serverOf({ account, region });
      const operation = own[action];
      if (operation !== undefined) return answerOwn(operation, { request, place: { account, region }, server });
      const answered = withPlace(withErrorType(await server.answer(request)), { account, region, action });
      if (answered.status === 200 && CHANGES_TABLES.includes(action)) await untilSettled(server, request);
      return answered;
    },
    expire,
    async close() {
      cancel();
      for (const { ready } of servers.values()) await (await ready).close();
    },
  };
}

async function start(path: string | undefined): Promise<DynaliteServer> {
  const server = startDynalite(path);
  if (path !== undefined) await rewriteIndexedItems(server);
  return server;
}

async function untilSettled(server: DynaliteServer, request: WireRequest): Promise<void> {
  const { TableName } = JSON.parse(bodyText(request.body)) as { TableName: string };
  for (let status = 'UPDATING'; status.endsWith('ING'); ) {
    await new Promise((resolve) => setImmediate(resolve));
    const { body } = await server.answer({ ...request, headers: { ...request.headers, 'x-amz-target': 'DynamoDB_20120810.DescribeTable' }, body: JSON.stringify({ TableName }) });
    status = /"TableStatus":"([A-Z]+)"/.exec(String(body))?.[1] ?? 'GONE';
  }
}

/** The table must exist; dynalite says in its own words if it does not. */
async function answerOwn(operation: TableOperation, { request, place, server }: { request: WireRequest; place: Place; server: DynaliteServer }): Promise<WireResponse> {
  const input = JSON.parse(bodyText(request.body)) as Parameters<TableOperation>[0];
  const described = await server.answer({ ...request, headers: { ...request.headers, 'x-amz-target': 'DynamoDB_20120810.DescribeTable' }, body: JSON.stringify({ TableName: input.TableName }) });
  if (described.status !== 200) return withErrorType(described);
  return { status: 200, headers: { 'content-type': 'application/x-amz-json-1.0' }, body: JSON.stringify(operation(input, place)) };
}

/** The log of calls reads the error's name from a header. */
function withErrorType(response: WireResponse): WireResponse {
  if (response.status < 400) return response;
  const name = /"__type":"(?:[^"#]*#)?([^"]+)"/.exec(String(response.body))?.[1] ?? 'InternalServerError';
  return { ...response, headers: { ...response.headers, 'x-amzn-errortype': name } };
}

/** dynalite takes account and Region from the environment. A changed body has no checksum. */
function withPlace(response: WireResponse, { account, region, action }: Place & { action: string }): WireResponse {
  if (!SHOWS_ARNS.includes(action)) return response;
  const body = String(response.body).replaceAll(/arn:aws:dynamodb:[^:"]*:\d*:/g, `arn:aws:dynamodb:${region}:${account}:`);
  const { 'x-amz-crc32': _, 'content-length': __, ...headers } = response.headers;
  return { ...response, headers, body };
}
