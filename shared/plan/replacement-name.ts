import { createHash } from 'node:crypto';

/** Lower-case hex digits of the hash in LBC's names. */
const HASH_LENGTH = 10;
/** What is left of 32 characters for everything before the hash. */
const STEM_LENGTH = 32 - HASH_LENGTH - 1;

/**
 * The name of a successor. The desired name itself if nothing that was seen carries it; else the same name with another hash, in which the generation
 * has gone: two members of one family are there at a time, and AWS takes a name once.
 */
export function replacementName(desired: string, mark: string, taken: readonly string[]): string {
  if (!taken.includes(desired)) return desired;
  const stem = desired.replace(/-[0-9a-f]{10}$/, '').slice(0, STEM_LENGTH).replace(/-+$/, '');
  const hash = createHash('sha256').update(`${desired}${mark}`).digest('hex').slice(0, HASH_LENGTH);
  return `${stem}-${hash}`;
}
