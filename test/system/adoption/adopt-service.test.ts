import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { adoptFile, type Adoption } from '../../../infra/cli/adoption/adopt-file';
import { readVector } from '../../../infra/cli/vectors/read-vector';
import { seededRandom } from '../../../infra/local/seeded-random';
import { refusedByAws } from '../../infra/local/refused-by-aws';

/**
 * Accounts as LBC left them, each replayed call by call: taking over writes nothing, and what we build of the same objects is the same. Where AWS refuses a call of LBC,
 * half of a load balancer is there, and neither can be expected. A sample of those without a peculiarity, another one with each seed; `npm run adopt:all` takes all of them.
 */
const VECTORS = join(import.meta.dirname, '../../vectors');
const files = globSync('adoption/service/*.yaml', { cwd: VECTORS }).sort();
const SEED = 5;
const SAMPLE = process.env['ADOPT'] === 'all' ? files.length : 150;

/** What we do on purpose unlike LBC changes its accounts when they are taken over. */
const decided = Object.keys(parse(readFileSync(join(VECTORS, 'differences.yaml'), 'utf8')) as Record<string, string>);

const adopt = async (file: string) => (await adoptFile(join(VECTORS, file))) as Adoption;
const isDecided = (file: string) => {
  const { source } = readVector(join(VECTORS, file)).document;
  if (typeof source !== 'string') throw new Error(`${file} does not say which vector it comes from`);
  return decided.some((name) => (name.endsWith('*.yaml') ? source.startsWith(name.slice(0, -'*.yaml'.length)) : name === source));
};
const refusedIn = (file: string) => refusedByAws[`service/${basename(file)}`];

const random = seededRandom(SEED);
const drawn = files
  .filter((file) => refusedIn(file) === undefined && !isDecided(file))
  .map((file) => ({ file, rank: random() }))
  .sort((a, b) => a.rank - b.rank)
  .slice(0, SAMPLE)
  .map(({ file }) => file);

describe('taking over what LBC built for a Service', () => {
  it.for(drawn)('%s: writes nothing, and the same is built anew', async (file) => {
    const { refused, plan, writes, differences } = await adopt(file);
    expect({ refused, plan, writes }).toEqual({ refused: [], plan: [], writes: undefined });
    expect(differences).toEqual([]);
  });

  it.for(files.filter((file) => refusedIn(file) === undefined && isDecided(file)))('%s: changes what was decided to be different', async (file) => {
    const { refused, plan } = await adopt(file);
    expect({ refused, isChanged: plan.length > 0 }).toEqual({ refused: [], isChanged: true });
  });

  it.for(files.filter((file) => refusedIn(file) !== undefined))('%s: AWS refuses LBC as well', async (file) => {
    const { refused } = await adopt(file);
    expect(refused.map(({ operation, code }) => `${operation} ${code}`)).toEqual(refusedIn(file));
  });
});

describe('adopting an Ingress', () => {
  it('is pending', async () => {
    const [file = ''] = globSync('adoption/ingress/*.yaml', { cwd: VECTORS });
    expect(await adoptFile(join(VECTORS, file))).toEqual({ pending: readVector(join(VECTORS, file)).subject.kind });
  });
});
