import { createHash } from 'node:crypto';
import type { FifoMessage, TargetQueue } from '../aws/target-queue';
import { TransientError } from '../contract/errors';
import { VERSION } from '../contract/events';
import type { TargetMessage } from '../contract/steps';
import type { Store } from '../store/store';

const GROUP_LIMIT = 128; // characters (AWS: SendMessage, MessageGroupId and MessageDeduplicationId)

/** What waking a key of the target lane needs. */
export interface WakeDeps {
  readonly store: Pick<Store, 'leases'>;
  readonly targetQueue: TargetQueue;
}

/**
 * The message that wakes a key of the target lane. Its group is the key, its deduplication id `<key>#<gen>`; a text that is too long for AWS gives way to its
 * digest. Characters that AWS does not take in a group do not occur in keys.
 */
export function targetMessage(key: string, gen: number): FifoMessage {
  const body: TargetMessage = { v: VERSION, key, gen };
  return { body: JSON.stringify(body), group: fitted(key), deduplicationId: fitted(`${key}#${gen}`) };
}

/**
 * Wakes a key of the target lane: one more generation, one message. Answers the generation. A crash between the two is found by the sweeper,
 * which looks at a wake-up that nobody answers. Throws `Transient` where the queue did not take the message.
 */
export async function wakeTargets({ store, targetQueue }: WakeDeps, key: string): Promise<number> {
  const { gen } = await store.leases.markDirty(key);
  const refused = await targetQueue.send([targetMessage(key, gen)]);
  if (refused.length > 0) throw new TransientError(`${key}: the queue of the target lane did not take the wake-up`);
  return gen;
}

function fitted(text: string): string {
  return text.length <= GROUP_LIMIT ? text : createHash('sha256').update(text).digest('hex');
}
