import { TargetMessage } from '../contract/steps';

/** One message as Lambda hands it over (AWS: Using Lambda with Amazon SQS). */
export interface QueuedMessage {
  readonly messageId: string;
  readonly body: string;
  readonly attributes: { readonly MessageGroupId: string; readonly SentTimestamp?: string | undefined };
}

/** What answering a batch needs. */
export interface BatchDeps {
  readonly sync: (input: { readonly key: string; readonly owner: string }) => Promise<unknown>;
  /** A message that nobody can read: it would hold up its group for ever. */
  readonly onDropped: (message: QueuedMessage) => void;
  /** A pass that comes again. */
  readonly onFailed: (key: string, error: unknown) => void;
  readonly onDone: (message: QueuedMessage) => void;
}

/**
 * Answers a batch: groups side by side, messages of a group in order. Answers the ids of the messages that are to be delivered again: what failed, and everything behind
 * it in its group (AWS: Reporting batch item failures for FIFO queues).
 */
export async function answerBatch(messages: readonly QueuedMessage[], deps: BatchDeps): Promise<string[]> {
  const groups = Object.values(Object.groupBy(messages, ({ attributes }) => attributes.MessageGroupId));
  const failed = await Promise.all(groups.map((group = []) => answerGroup(group, deps)));
  return failed.flat().map(({ messageId }) => messageId);
}

async function answerGroup(messages: readonly QueuedMessage[], deps: BatchDeps): Promise<readonly QueuedMessage[]> {
  for (const [index, message] of messages.entries()) {
    const read = readMessage(message.body);
    if (!read) {
      deps.onDropped(message);
      continue;
    }
    try {
      await deps.sync({ key: read.key, owner: `targets:${message.messageId}` });
    } catch (error) {
      deps.onFailed(read.key, error);
      return messages.slice(index);
    }
    deps.onDone(message);
  }
  return [];
}

function readMessage(body: string): TargetMessage | undefined {
  try {
    return TargetMessage.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}
