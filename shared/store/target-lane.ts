import { gunzipSync, gzipSync } from 'node:zlib';
import { all, atMost, equal, less, missing, any, present, type Table } from '../aws/table';
import { SupersededError } from '../contract/errors';
import { VERSION } from '../contract/events';
import { ITEM_KEYS, type LastError, StateItem } from '../contract/items';
import { readItem } from './items';
import type { StatePatch } from './store';

/** Who writes under a key of the target lane: the latest taker. `runGen` is the wake-up that the pass answers. */
export interface LaneHold {
  readonly key: string;
  readonly fence: number;
  readonly runGen: number;
  /** The state as it was when the key was taken. */
  readonly state: StateItem;
}
