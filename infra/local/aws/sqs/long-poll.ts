import type { Clock } from '../../clock';
import type { MessageQueues } from './message-queues';
import type { ReceivedMessage } from './receive-messages';

interface Wait {
  readonly clock: Clock;
  readonly queues: Pick<MessageQueues, 'watch'>;
  readonly arn: string;
  /** Milliseconds on the clock. */
  readonly waitMs: number;
  readonly take: () => ReceivedMessage[];
}

/** Tries again whenever something may have become receivable; answers nothing after `waitMs`. Rejects with what `take` throws (the queue was deleted). */
export function waitForMessages({ clock, queues, arn, waitMs, take }: Wait): Promise<ReceivedMessage[]> {
  return new Promise((resolve, reject) => {
    const settle = (answer: () => void) => {
      unwatch();
      cancel();
      answer();
    };
    const unwatch = queues.watch(arn, () => {
      try {
        const messages = take();
        if (messages.length > 0) settle(() => resolve(messages));
      } catch (error) {
        settle(() => reject(error));
      }
    });
    const cancel = clock.after(waitMs, () => settle(() => resolve([])));
  });
}
