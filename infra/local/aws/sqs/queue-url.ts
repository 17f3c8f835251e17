import { AwsError, type Call, type World } from '../operation';
import { queueArn } from './queues';
import type { MessageQueues } from './message-queues';

/** Queue URLs, both ways. */
export interface QueueUrls {
  readonly urlOf: (queue: { account: string; region: string; name: string }) => string;
  /** The ARN that a URL means; its host does not matter. Throws `InvalidAddress`. */
  arnOf(url: string | undefined, call: Pick<Call, 'region'>): string;
}

/** What every group of SQS operations is made from. */
export interface SqsParts {
  readonly world: World;
  readonly queues: MessageQueues;
  readonly urls: QueueUrls;
}

/** `<endpoint>/<account>/<name>`. */
export function createQueueUrls(endpoint: () => string | undefined = () => undefined): QueueUrls {
  return {
    urlOf: ({ account, region, name }) => `${endpoint() ?? `https://sqs.${region}.amazonaws.com`}/${account}/${name}`,
    arnOf(url, { region }) {
      const [, account, name] = /(?:^|\/)(\d{12})\/([^/]+)$/.exec(url ?? '') ?? [];
      if (account === undefined || name === undefined) throw new AwsError('InvalidAddress', `The address ${url ?? ''} is not valid for this endpoint.`);
      return queueArn({ account, region, name });
    },
  };
}
