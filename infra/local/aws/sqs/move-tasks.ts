import type { CancelMessageMoveTaskRequest, ListMessageMoveTasksRequest, StartMessageMoveTaskRequest } from '@aws-sdk/client-sqs';
import { operation } from '../known-parameters';
import { AwsError, type Operations } from '../operation';
import { uuid } from '../uuid';
import { readQueueSettings } from './queue';
import type { SqsParts } from './queue-url';

interface MoveTask {
  readonly handle: string;
  readonly sourceArn: string;
  readonly destinationArn?: string;
  readonly moved: number;
  readonly startedAt: number;
}

/**
 * Dead-letter queue redrive. A task moves everything that is visible at once, so it is COMPLETED when StartMessageMoveTask answers and there is never one
 * to cancel. AWS: "Learn how to configure a dead-letter queue redrive".
 */
export function moveTaskOperations({ world, queues }: SqsParts): Operations {
  const tasks = world.storage.collection<MoveTask>('sqs/move-tasks');
  const { registry } = queues;
  const checkSource = (sourceArn: string, call: { account: string; region: string }) => {
    if (!registry.has(sourceArn)) throw new AwsError('ResourceNotFoundException', `The resource that you specified for the SourceArn parameter doesn't exist.`);
    const isDeadLetterQueue = registry.list(call).some((queue) => readQueueSettings(queue).redrive?.deadLetterTargetArn === sourceArn);
    if (!isDeadLetterQueue) throw new AwsError('InvalidParameterValue', 'Source queue must be configured as a Dead Letter Queue.');
  };
  return {
    StartMessageMoveTask: operation<StartMessageMoveTaskRequest>(['SourceArn', 'DestinationArn'], ({ SourceArn: sourceArn = '', DestinationArn: destinationArn }, call) => {
      checkSource(sourceArn, call);
      if (destinationArn !== undefined && !registry.has(destinationArn)) throw new AwsError('ResourceNotFoundException', `The resource that you specified for the DestinationArn parameter doesn't exist.`);
      const moved = queues.moveAll(sourceArn, destinationArn);
      const handle = Buffer.from(JSON.stringify({ taskId: uuid(world.random), sourceArn })).toString('base64');
      tasks.set(handle, { handle, sourceArn, moved, startedAt: call.now, ...(destinationArn !== undefined && { destinationArn }) });
      return { TaskHandle: handle };
    }),
    ListMessageMoveTasks: operation<ListMessageMoveTasksRequest>(['SourceArn', 'MaxResults'], ({ SourceArn: sourceArn = '', MaxResults: max = 1 }, call) => {
      checkSource(sourceArn, call);
      const newestFirst = tasks
        .values()
        .filter((task) => task.sourceArn === sourceArn)
        .toReversed();
      return { Results: newestFirst.slice(0, Math.min(max, 10)).map(showTask) };
    }),
    CancelMessageMoveTask: operation<CancelMessageMoveTaskRequest>(['TaskHandle'], ({ TaskHandle: handle = '' }) => {
      if (!tasks.has(handle)) throw new AwsError('ResourceNotFoundException', 'The task handle does not exist.');
      throw new AwsError('UnsupportedOperation', 'Only active tasks can be cancelled.');
    }),
  };
}

function showTask({ sourceArn, destinationArn, moved, startedAt }: MoveTask): object {
  return {
    Status: 'COMPLETED',
    SourceArn: sourceArn,
    ...(destinationArn !== undefined && { DestinationArn: destinationArn }),
    ApproximateNumberOfMessagesMoved: moved,
    ApproximateNumberOfMessagesToMove: moved,
    StartedTimestamp: Math.floor(startedAt),
  };
}
