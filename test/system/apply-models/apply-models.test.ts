import { globSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hasModel } from '../../../infra/cli/models/has-model';
import { liveThrough } from '../../../infra/cli/models/live-through';
import { seededRandom } from '../../../infra/local/seeded-random';
import { whyRefused } from './refused-models';

/**
 * Models of the vectors on a local AWS: made from nothing, nothing left to do, changed into another model of their topic, nothing left to do, deleted without a rest.
 * A sample, another one with each seed; `npm run models:all` takes all of them.
 */
const SERVICE = join(import.meta.dirname, '../../vectors/service');
const SEED = 5;
const SAMPLE = 60;

const random = seededRandom(SEED);
const drawn = globSync('*/*.yaml', { cwd: SERVICE })
  .sort()
  .filter((file) => hasModel(join(SERVICE, file)))
  .map((file) => ({ file, rank: random() }))
  .sort((a, b) => a.rank - b.rank)
  .slice(0, SAMPLE)
  .map(({ file }) => file);

describe('a model of the vectors', () => {
  it.for(drawn)('lives from nothing to nothing: %s', async (file) => {
    const { refused, faults } = await liveThrough(join(SERVICE, file));
    expect(faults).toEqual([]);
    expect({ file, isRefused: refused !== undefined }).toEqual({ file, isRefused: whyRefused(file) !== undefined });
  });
});
