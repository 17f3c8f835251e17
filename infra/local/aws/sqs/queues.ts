import type { Collection } from '../../storage';
import { AwsError, type World } from '../operation';
import { checkQueueAttributes, type Queue } from './queue';

/** The queues of all accounts, without their messages. */
export interface QueueRegistry {
  /** CreateQueue: answers an existing queue of that name if what is given agrees with it, else throws `QueueNameExists`. */
  create(request: { account: string; region: string; name: string; attributes?: Record<string, string>; tags?: Record<string, string> }): Queue;
  /** Throws `QueueDoesNotExist`. */
  find(arn: string): Queue;
  has(arn: string): boolean;
  list(place: { account: string; region: string }): Queue[];
  update(queue: Queue): void;
  remove(arn: string): void;
}

/** AWS: "You must wait 60 seconds after deleting a queue before you can create another queue with the same name." */
const RECENTLY_SECONDS = 60;

/** ARN of a queue. */
export function queueArn({ account, region, name }: { account: string; region: string; name: string }): string {
  return `arn:aws:sqs:${region}:${account}:${name}`;
}

/** Queues in the world's storage. */
export function createQueueRegistry({ storage, clock, factor }: Pick<World, 'storage' | 'clock' | 'factor'>): QueueRegistry {
  const queues = storage.collection<Queue>('sqs/queues');
  const deletedAt = storage.collection<number>('sqs/deleted');
  return {
    create({ account, region, name, attributes = {}, tags = {} }) {
      const arn = queueArn({ account, region, name });
      const isFifo = attributes['FifoQueue'] === 'true';
      checkName(name, isFifo);
      checkQueueAttributes(attributes, isFifo);
      const existing = queues.get(arn);
      if (existing !== undefined) return sameAs(existing, attributes);
      const now = clock.now();
      if (now < (deletedAt.get(arn) ?? -Infinity) + RECENTLY_SECONDS * 1000 * factor) {
        throw new AwsError('QueueDeletedRecently', 'You must wait 60 seconds after deleting a queue before you can create another with the same name.');
      }
      deletedAt.delete(arn);
      const queue: Queue = { arn, name, account, region, isFifo, attributes, tags, createdAt: now, modifiedAt: now };
      queues.set(arn, queue);
      return queue;
    },
    find: (arn) => findQueue(queues, arn),
    has: (arn) => queues.has(arn),
    list: ({ account, region }) => queues.values().filter((queue) => queue.account === account && queue.region === region),
    update: (queue) => queues.set(queue.arn, queue),
    remove(arn) {
      findQueue(queues, arn);
      queues.delete(arn);
      deletedAt.set(arn, clock.now());
    },
  };
}

function findQueue(queues: Collection<Queue>, arn: string): Queue {
  const queue = queues.get(arn);
  if (queue === undefined) throw new AwsError('QueueDoesNotExist', 'The specified queue does not exist.');
  return queue;
}

function checkName(name: string, isFifo: boolean): void {
  const stem = name.endsWith('.fifo') ? name.slice(0, -5) : name;
  if (name.length > 80 || !/^[A-Za-z0-9_-]+$/.test(stem)) throw new AwsError('InvalidParameterValue', 'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length.');
  if (isFifo !== name.endsWith('.fifo')) throw new AwsError('InvalidParameterValue', 'The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length.');
}

function sameAs(queue: Queue, attributes: Readonly<Record<string, string>>): Queue {
  const other = Object.entries(attributes).find(([name, value]) => value !== '' && queue.attributes[name] !== value);
  if (other === undefined) return queue;
  throw new AwsError('QueueNameExists', `A queue already exists with the same name and a different value for attribute ${other[0]}`);
}
