import { CreateEventBusCommand, DescribeEventBusCommand, EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { AwsClientConfig } from '../../shared/aws/client-config';
import { ensureTable } from '../../shared/aws/dynamodb-table';
import { EVENT_TYPES } from '../../shared/contract/events';

/** Names of what is deployed; the same as in infra/stepbalancer-stack.ts. */
export const NAMES = { bus: 'stepbalancer', table: 'stepbalancer', intake: 'stepbalancer-intake', targets: 'stepbalancer-targets.fifo', stateMachine: 'stepbalancer-reconcile', rule: 'stepbalancer-wake-ups' } as const;

const RECEIVES = 5; // then a message goes to its dead-letter queue
const INTAKE_VISIBILITY_SECONDS = 360;
const TARGET_VISIBILITY_SECONDS = 90;

/** What other parts of the local system ask for. */
export interface Deployment {
  readonly intakeArn: string;
  readonly targetsArn: string;
  readonly targetsUrl: string;
}

/** Makes table, bus, rule and queues through the local AWS's own API, as a deployment makes them in AWS. Everything that is there already stays. */
export async function deployLocally(config: AwsClientConfig): Promise<Deployment> {
  await ensureTable({ config, name: NAMES.table });
  return deployMessaging(config);
}

/** The same without the table. */
export async function deployMessaging(config: AwsClientConfig): Promise<Deployment> {
  const sqs = new SQSClient(clientOptions(config));
  const events = new EventBridgeClient(clientOptions(config));
  const intake = await makeQueue(sqs, { name: NAMES.intake, deadName: `${NAMES.intake}-dead`, attributes: { VisibilityTimeout: String(INTAKE_VISIBILITY_SECONDS) } });
  const targets = await makeQueue(sqs, {
    name: NAMES.targets,
    deadName: NAMES.targets.replace('.fifo', '-dead.fifo'),
    attributes: { FifoQueue: 'true', DeduplicationScope: 'messageGroup', FifoThroughputLimit: 'perMessageGroupId', VisibilityTimeout: String(TARGET_VISIBILITY_SECONDS) },
  });
  await makeBus(events, intake.arn);
  return { intakeArn: intake.arn, targetsArn: targets.arn, targetsUrl: targets.url };
}

function clientOptions({ region, endpoint, credentials, requestHandler }: AwsClientConfig) {
  return { region, ...(endpoint ? { endpoint } : {}), ...(credentials ? { credentials } : {}), ...(requestHandler ? { requestHandler } : {}) };
}

async function makeBus(events: EventBridgeClient, intakeArn: string): Promise<void> {
  const known = await events.send(new DescribeEventBusCommand({ Name: NAMES.bus })).catch(() => undefined);
  if (!known) await events.send(new CreateEventBusCommand({ Name: NAMES.bus }));
  const EventPattern = JSON.stringify({ source: [{ prefix: 'stepbalancer.' }], 'detail-type': EVENT_TYPES });
  await events.send(new PutRuleCommand({ Name: NAMES.rule, EventBusName: NAMES.bus, EventPattern }));
  await events.send(new PutTargetsCommand({ Rule: NAMES.rule, EventBusName: NAMES.bus, Targets: [{ Id: 'intake', Arn: intakeArn }] }));
}

async function makeQueue(sqs: SQSClient, { name, deadName, attributes }: { name: string; deadName: string; attributes: Record<string, string> }): Promise<{ url: string; arn: string }> {
  const fifo = attributes['FifoQueue'] ? { FifoQueue: 'true' } : {};
  const dead = await sqs.send(new CreateQueueCommand({ QueueName: deadName, Attributes: { ...fifo, MessageRetentionPeriod: '1209600' } }));
  const redrive = JSON.stringify({ deadLetterTargetArn: await arnOf(sqs, dead.QueueUrl), maxReceiveCount: RECEIVES });
  const made = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: { ...attributes, RedrivePolicy: redrive } }));
  return { url: made.QueueUrl ?? '', arn: await arnOf(sqs, made.QueueUrl) };
}

async function arnOf(sqs: SQSClient, QueueUrl: string | undefined): Promise<string> {
  const answer = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  return answer.Attributes?.['QueueArn'] ?? '';
}
