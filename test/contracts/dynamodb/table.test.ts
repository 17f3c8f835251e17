import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, DescribeContinuousBackupsCommand, DescribeTableCommand, DescribeTimeToLiveCommand, DynamoDBClient, GetItemCommand, PutItemCommand, QueryCommand, ScanCommand, TransactWriteItemsCommand, UpdateContinuousBackupsCommand, UpdateItemCommand, UpdateTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDynamoDb, type DynamoDb } from '../../../infra/local/aws/dynamodb/dynamodb';
import type { LocalAws } from '../../../infra/local/aws/server';
import { clientConfig, drivenWorld, localAwsOf, type DrivenWorld } from '../driven-aws';

const TableName = 'stepbalancer';
let folder: string;
let world: DrivenWorld;
let tables: DynamoDb;
let localAws: LocalAws;
let dynamodb: DynamoDBClient;

const start = () => {
  tables = createDynamoDb(world, { path: folder });
  localAws = localAwsOf(world, {}, { dynamodb: tables.raw });
  dynamodb = new DynamoDBClient(clientConfig(localAws));
};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stepbalancer-dynamodb-'));
  world = drivenWorld();
  start();
  await dynamodb.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk', 'due'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [{ IndexName: 'due', KeySchema: [{ AttributeName: 'due', KeyType: 'HASH' }], Projection: { ProjectionType: 'ALL' } }],
    }),
  );
});

afterEach(async () => {
  await tables.close();
  rmSync(folder, { recursive: true });
});

describe('DynamoDB at the one endpoint', () => {
  it('makes a table at once, with the ARN of the caller', async () => {
    const { Table: table } = await dynamodb.send(new DescribeTableCommand({ TableName }));
    expect(table).toMatchObject({ TableStatus: 'ACTIVE', TableArn: 'arn:aws:dynamodb:eu-west-1:111122223333:table/stepbalancer' });
    const stranger = new DynamoDBClient(clientConfig(localAws, { account: '444455556666' }));
    await expect(stranger.send(new DescribeTableCommand({ TableName }))).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('writes under a condition', async () => {
    await dynamodb.send(new PutItemCommand({ TableName, Item: { pk: { S: 'a' }, sk: { S: 'b' }, gen: { N: '1' } } }));
    const update = new UpdateItemCommand({ TableName, Key: { pk: { S: 'a' }, sk: { S: 'b' } }, UpdateExpression: 'SET gen = gen + :one', ConditionExpression: 'gen = :one', ExpressionAttributeValues: { ':one': { N: '1' } }, ReturnValues: 'ALL_NEW' });
    expect((await dynamodb.send(update)).Attributes?.['gen']).toEqual({ N: '2' });
    await expect(dynamodb.send(update)).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
    expect(localAws.log.calls().map(({ action, result }) => `${action} ${result}`)).toEqual(['CreateTable ok', 'PutItem ok', 'UpdateItem ok', 'UpdateItem ConditionalCheckFailedException']);
  });

  it('keeps items and their index over a restart', async () => {
    await dynamodb.send(new PutItemCommand({ TableName, Item: { pk: { S: 'a' }, sk: { S: 'b' }, due: { S: 'now' } } }));
    await tables.close();
    start();
    expect((await dynamodb.send(new GetItemCommand({ TableName, Key: { pk: { S: 'a' }, sk: { S: 'b' } } }))).Item).toMatchObject({ due: { S: 'now' } });
    expect((await dynamodb.send(new QueryCommand({ TableName, IndexName: 'due', KeyConditionExpression: 'due = :now', ExpressionAttributeValues: { ':now': { S: 'now' } } }))).Count).toBe(1);
  });

  it('removes items whose time to live is over, and no others', async () => {
    const seconds = Math.floor(world.clock.now() / 1000);
    for (const [sk, until] of [['old', seconds - 1], ['young', seconds + 100]] as const) await dynamodb.send(new PutItemCommand({ TableName, Item: { pk: { S: 'a' }, sk: { S: sk }, until: { N: String(until) } } }));
    await dynamodb.send(new PutItemCommand({ TableName, Item: { pk: { S: 'a' }, sk: { S: 'forever' } } }));
    expect(await tables.expire()).toBe(0);
    await dynamodb.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification: { AttributeName: 'until', Enabled: true } }));
    expect((await dynamodb.send(new DescribeTimeToLiveCommand({ TableName }))).TimeToLiveDescription).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'until' });
    expect(await tables.expire()).toBe(1);
    expect((await dynamodb.send(new ScanCommand({ TableName }))).Items?.map(({ sk }) => sk?.S)).toEqual(['forever', 'young']);
  });

  it('switches point-in-time recovery', async () => {
    const status = async () => (await dynamodb.send(new DescribeContinuousBackupsCommand({ TableName }))).ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus;
    expect(await status()).toBe('DISABLED');
    await dynamodb.send(new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } }));
    expect(await status()).toBe('ENABLED');
    await expect(dynamodb.send(new DescribeContinuousBackupsCommand({ TableName: 'none' }))).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('refuses transactions, which it has not', async () => {
    await expect(dynamodb.send(new TransactWriteItemsCommand({ TransactItems: [{ Put: { TableName, Item: { pk: { S: 'a' }, sk: { S: 'b' } } } }] }))).rejects.toMatchObject({ name: 'UnknownOperationException' });
  });
});
