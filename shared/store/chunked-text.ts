import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { PlanStaleError } from '../contract/errors';
import { VERSION } from '../contract/events';
import { type Condition, EXPIRY, type Item, type Table } from '../aws/table';

const CHUNK_BYTES = 300 * 1024; // an item has at most 400 KB, keys and attributes included

/** Where a text lies: the first chunk under `sk`, the nth under `chunkKey(n)`. */
export interface TextPlace {
  readonly pk: string;
  readonly chunkKey: (chunk: number) => string;
  /** What all sort keys begin with. */
  readonly prefix: string;
}

/**
 * Saves a text compressed, in as many items as it needs. The chunks carry a digest of the whole and the first one is written last, so that a
 * text that was saved only in part is never read as one. False: a chunk was refused by the condition.
 */
export async function saveText(table: Table, { place, text, expiresAt, attributes = {}, condition }: { place: TextPlace; text: string; expiresAt?: number; attributes?: Record<string, unknown>; condition?: Condition }): Promise<boolean> {
  const bytes = gzipSync(Buffer.from(text));
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 32);
  const chunks = Math.max(1, Math.ceil(bytes.length / CHUNK_BYTES));
  for (let chunk = chunks - 1; chunk >= 0; chunk -= 1) {
    const part = bytes.subarray(chunk * CHUNK_BYTES, (chunk + 1) * CHUNK_BYTES);
    const item: Item = {
      pk: place.pk,
      sk: place.chunkKey(chunk),
      v: VERSION,
      digest,
      chunk,
      chunks,
      bytes: new Uint8Array(part),
      ...(expiresAt === undefined ? {} : { [EXPIRY]: Math.ceil(expiresAt / 1000) }),
      ...attributes,
    };
    if (!(await table.put(item, condition))) return false;
  }
  return true;
}

/** The text, or undefined where there is none, only a part of it, or one that has expired. Throws `PlanStale` for a format of another version. */
export async function loadText(table: Table, place: TextPlace, now: number): Promise<string | undefined> {
  const items = await table.query(place.pk, place.prefix);
  const first = items.find((item) => item.sk === place.chunkKey(0));
  if (!first || Number(first[EXPIRY] ?? Number.POSITIVE_INFINITY) * 1000 <= now) return undefined;
  if (first['v'] !== VERSION) throw new PlanStaleError(`${place.pk} / ${first.sk}: expected version ${VERSION}, found ${String(first['v'])}; it was saved by another release, the pass begins again`);
  const parts = Array.from({ length: Number(first['chunks']) }, (_, chunk) => items.find((item) => item.sk === place.chunkKey(chunk) && item['digest'] === first['digest']));
  if (parts.some((part) => part === undefined)) return undefined;
  return gunzipSync(Buffer.concat(parts.map((part) => part?.['bytes'] as Uint8Array))).toString('utf8');
}
