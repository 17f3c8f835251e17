import type { Message } from './message';

/** Stored messages with their ids, in the order in which they were sent. */
export type Stored = readonly (readonly [id: string, message: Message])[];

/** Whether a message may be received at `now`: not delayed and held by nobody. */
export function isVisible(message: Message, now: number): boolean {
  return message.visibleAt <= now;
}

/** Messages of a standard queue that may be received now, oldest first. */
export function receivableFromStandard(messages: Stored, now: number): Stored {
  return messages.filter(([, message]) => isVisible(message, now));
}

/**
 * Messages of a FIFO queue that may be received now. A group with a message in flight is closed; a delayed message closes its group for those
 * behind it. AWS: "FIFO queue delivery logic".
 */
export function receivableFromFifo(messages: Stored, now: number): Stored {
  const closed = new Set(messages.flatMap(([, { inFlight, visibleAt, groupId }]) => (inFlight && visibleAt > now ? [groupId] : [])));
  return messages.filter(([, message]) => {
    if (!isVisible(message, now)) closed.add(message.groupId);
    return !closed.has(message.groupId);
  });
}
