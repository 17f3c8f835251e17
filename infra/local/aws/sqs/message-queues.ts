import type { World } from '../operation';
import { createQueueRegistry, type QueueRegistry } from './queues';
import { readQueueSettings } from './queue';
import { changeVisibility, receiveMessages, removeMessage, type ReceivedMessage } from './receive-messages';
import { isVisible } from './receivable';
import { sendMessage, type Sent, type SendRequest } from './send-message';
import { keptMessages, messagesOf, moveMessage, type Shelf } from './shelf';

/** SQS as the rest of the local system sees it, in process. Methods throw the `AwsError` that the operation of that name answers. */
export interface MessageQueues {
  readonly registry: QueueRegistry;
  send(arn: string, request: SendRequest): Sent;
  receive(arn: string, request?: { max?: number; visibilitySeconds?: number | undefined }): ReceivedMessage[];
  remove(arn: string, receiptHandle: string): void;
  changeVisibility(arn: string, change: { receiptHandle: string; seconds: number }): void;
  /** Moves what is visible in a dead-letter queue to `toArn`, or to where each message came from; answers how many. */
  moveAll(fromArn: string, toArn?: string): number;
  count(arn: string): { visible: number; inFlight: number; delayed: number };
  /** Forgets all messages of a queue. */
  clear(arn: string): void;
  /**
   * Calls back whenever something may have become receivable: after a send or a deletion, and when a delay or a visibility time-out ends. Always from a
   * timer of the clock, never from within the call that caused it. The answer ends it.
   */
  readonly watch: (arn: string, listener: () => void) => () => void;
  waitSeconds(arn: string): number;
}

/** Queues and messages in the world's storage. */
export function createMessageQueues(world: World): MessageQueues {
  const wake = createWakeUps(world, (arn) => nextVisibleAt(shelf, arn));
  const registry = createQueueRegistry(world);
  const shelf: Shelf = { world, queues: registry, onChange: wake.changed };
  return {
    registry,
    send: (arn, request) => world.storage.atomically(() => sendMessage(shelf, arn, request)),
    receive: (arn, request) => world.storage.atomically(() => receiveMessages(shelf, arn, request)),
    remove: (arn, receiptHandle) => world.storage.atomically(() => removeMessage(shelf, arn, receiptHandle)),
    changeVisibility: (arn, change) => world.storage.atomically(() => changeVisibility(shelf, arn, change)),
    moveAll: (fromArn, toArn) => world.storage.atomically(() => moveAll(shelf, fromArn, toArn)),
    count: (arn) => count(shelf, arn),
    clear: (arn) => clear(shelf, arn),
    watch: wake.watch,
    waitSeconds: (arn) => readQueueSettings(registry.find(arn)).waitSeconds,
  };
}

function moveAll(shelf: Shelf, fromArn: string, toArn: string | undefined): number {
  const now = shelf.world.clock.now();
  const movable = keptMessages(shelf, shelf.queues.find(fromArn)).filter(([, message]) => isVisible(message, now));
  let moved = 0;
  for (const [id, message] of movable) {
    const target = toArn ?? message.deadLetterSourceArn;
    if (target === undefined || !shelf.queues.has(target)) continue;
    moveMessage(shelf, { arn: fromArn, id, message }, { queue: shelf.queues.find(target) });
    moved += 1;
  }
  return moved;
}

function count(shelf: Shelf, arn: string): { visible: number; inFlight: number; delayed: number } {
  const now = shelf.world.clock.now();
  const messages = keptMessages(shelf, shelf.queues.find(arn)).map(([, message]) => message);
  const hidden = messages.filter((message) => !isVisible(message, now));
  const inFlight = hidden.filter((message) => message.inFlight).length;
  return { visible: messages.length - hidden.length, inFlight, delayed: hidden.length - inFlight };
}

function clear(shelf: Shelf, arn: string): void {
  const messages = messagesOf(shelf, arn);
  for (const [id] of messages.entries()) messages.delete(id);
}

function nextVisibleAt(shelf: Shelf, arn: string): number | undefined {
  const now = shelf.world.clock.now();
  const times = messagesOf(shelf, arn)
    .values()
    .flatMap(({ visibleAt }) => (visibleAt > now ? [visibleAt] : []));
  return times.length === 0 ? undefined : Math.min(...times);
}

interface WakeUps {
  readonly changed: (arn: string) => void;
  readonly watch: MessageQueues['watch'];
}

/** One timer per watched queue: at once after a change, else when the next message becomes visible by time alone. */
function createWakeUps({ clock }: Pick<World, 'clock'>, nextAt: (arn: string) => number | undefined): WakeUps {
  const listeners = new Map<string, Set<() => void>>();
  const timers = new Map<string, () => void>();
  const arm = (arn: string, ms: number) => {
    timers.get(arn)?.();
    timers.set(arn, clock.after(ms, () => fire(arn)));
  };
  const fire = (arn: string) => {
    timers.delete(arn);
    const next = nextAt(arn);
    if (next !== undefined) arm(arn, Math.max(0, next - clock.now()));
    for (const listener of listeners.get(arn) ?? []) listener();
  };
  return {
    changed: (arn) => {
      if (listeners.has(arn)) arm(arn, 0);
    },
    watch: (arn, listener) => {
      const watching = listeners.get(arn) ?? new Set();
      listeners.set(arn, watching.add(listener));
      arm(arn, 0);
      return () => {
        watching.delete(listener);
        if (watching.size > 0) return;
        listeners.delete(arn);
        timers.get(arn)?.();
        timers.delete(arn);
      };
    },
  };
}
