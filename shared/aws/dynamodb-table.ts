import { CreateTableCommand, type CreateTableCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand, type QueryCommandInput, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { UserConfigError } from '../contract/errors';
import type { AwsClientConfig } from './client-config';
import { awsCode } from './errors';
import { callOptions, sdkConfig, speakStepErrors } from './sdk';
import { allPages } from './shapes';
import { type Condition, DUE_INDEX, type Item, type ItemKey, type Table, type Update } from './table';
import { expressionWords, formatCondition, formatUpdate } from './table-expressions';

/**
 * The table in DynamoDB. Only what DynamoDB, DynamoDB Local and dynalite all have: no transactions, no item in the answer of a failed
 * condition. A call that the SDK repeats after a lost reply may find its own write; callers are written for that.
 */
export function dynamodbTable({ config, name }: { readonly config: AwsClientConfig; readonly name: string }): Table {
  const client = new DynamoDBClient(sdkConfig(config));
  speakStepErrors(client);
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  const options = () => callOptions(config);

  return {
    async get(Key) {
      const { Item } = await plain(documents.send(new GetCommand({ TableName: name, Key, ConsistentRead: true }), options()));
      return Item as Item | undefined;
    },
    async put(item, condition) {
      const put = new PutCommand({ TableName: name, Item: item, ...conditionOf(condition) });
      return (await unlessRefused(plain(documents.send(put, options())))) !== undefined;
    },
    async update(Key, update, condition) {
      const answer = await unlessRefused(plain(documents.send(new UpdateCommand({ TableName: name, Key, ReturnValues: 'ALL_NEW', ...updateOf(update, condition) }), options())));
      return answer?.Attributes as Item | undefined;
    },
    async delete(Key, condition) {
      const answer = await unlessRefused(plain(documents.send(new DeleteCommand({ TableName: name, Key, ...conditionOf(condition) }), options())));
      return answer !== undefined;
    },
    async query(pk, prefix = '') {
      const words = expressionWords();
      const partition = `${words.name('pk')} = ${words.value(pk)}`;
      const condition = prefix === '' ? partition : `${partition} AND begins_with(${words.name('sk')}, ${words.value(prefix)})`;
      return queryPages({ TableName: name, ConsistentRead: true, KeyConditionExpression: condition, ...words.words() });
    },
    async queryDue({ partition, until, limit }) {
      const words = expressionWords();
      const condition = `${words.name(DUE_INDEX.partition)} = ${words.value(partition)} AND ${words.name(DUE_INDEX.sort)} <= ${words.value(until)}`;
      const query = { TableName: name, IndexName: DUE_INDEX.name, KeyConditionExpression: condition, Limit: limit, ...words.words() };
      const { Items = [] } = await plain(documents.send(new QueryCommand(query), options()));
      return (Items as ItemKey[]).map(({ pk, sk }) => ({ pk, sk }));
    },
  };

  function queryPages(query: QueryCommandInput): Promise<Item[]> {
    return allPages(async (marker) => {
      const page = await plain(documents.send(new QueryCommand({ ...query, ...(marker === undefined ? {} : { ExclusiveStartKey: JSON.parse(marker) as ItemKey }) }), options()));
      return { items: page.Items as Item[] | undefined, next: page.LastEvaluatedKey && JSON.stringify(page.LastEvaluatedKey) };
    });
  }
}

function conditionOf(condition: Condition | undefined) {
  const words = expressionWords();
  return condition === undefined ? {} : { ConditionExpression: formatCondition(condition, words), ...words.words() };
}

function updateOf(update: Update, condition: Condition | undefined) {
  const words = expressionWords();
  const text = formatUpdate(update, words);
  return {
    ...(text === undefined ? {} : { UpdateExpression: text }),
    ...(condition === undefined ? {} : { ConditionExpression: formatCondition(condition, words) }),
    ...words.words(),
  };
}

/** Undefined where the condition did not hold. */
async function unlessRefused<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (awsCode(error) === 'ConditionalCheckFailed') return undefined;
    throw error;
  }
}

/** A request that the table finds malformed is a defect of ours, never a user's: it fails the step. */
async function plain<Answer>(answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof UserConfigError) throw new Error(`table: ${error.message}`, { cause: error });
    throw error;
  }
}

/** How the table is made where CloudFormation does not do it: the local system and tests. */
export function tableDefinition(name: string) {
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
      { AttributeName: DUE_INDEX.partition, AttributeType: 'S' },
      { AttributeName: DUE_INDEX.sort, AttributeType: 'N' },
    ],
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: DUE_INDEX.name,
        KeySchema: [
          { AttributeName: DUE_INDEX.partition, KeyType: 'HASH' },
          { AttributeName: DUE_INDEX.sort, KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
  } satisfies CreateTableCommandInput;
}

/** Makes the table unless it is there. */
export async function ensureTable({ config, name }: { readonly config: AwsClientConfig; readonly name: string }): Promise<void> {
  const client = new DynamoDBClient(sdkConfig(config));
  speakStepErrors(client);
  try {
    await client.send(new CreateTableCommand(tableDefinition(name)), callOptions(config));
  } catch (error) {
    if (awsCode(error) !== 'ResourceInUse') throw error;
  } finally {
    client.destroy();
  }
}
