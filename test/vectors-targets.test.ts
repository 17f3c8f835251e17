import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { answerVector } from '../infra/cli/vector-answers';
import { readVector } from '../infra/cli/vectors/read-vector';

/**
 * Every case of targets is run through the target lane itself, and its outcome is compared with LBC's: resolved targets, what was registered and deregistered, security
 * group rules after each step, pod conditions, the list of own targets. The order of calls, checkpoints and caches are LBC's own affair.
 */
const VECTORS = join(import.meta.dirname, 'vectors');
const readYaml = (file: string): unknown => parse(readFileSync(join(VECTORS, file), 'utf8'));
const differences = readYaml('differences.yaml') as Record<string, string>;
const files = globSync('targets/**/*.yaml', { cwd: VECTORS }).sort();

interface Target {
  readonly Id: string;
  readonly Port: number;
  readonly QuicServerId?: string;
  readonly AvailabilityZone?: string;
}
interface Pass {
  readonly targets?: readonly { readonly id: string; readonly port: number; readonly quicServerId?: string }[];
  readonly calls?: readonly { readonly operation: string; readonly input: { readonly Targets?: readonly Target[] }; readonly error?: string }[];
  readonly securityGroupRulesAfter?: Record<string, string[]>;
  readonly podConditions?: readonly unknown[];
  readonly multiClusterConfigMap?: readonly { readonly name: string; readonly verb: string; readonly targets?: string[] }[];
}

const called = (pass: Pass, operation: string) => (pass.calls ?? []).filter((call) => call.operation === operation && call.error === undefined).flatMap(({ input }) => input.Targets ?? []);
const named = ({ Id, Port, QuicServerId = '' }: Target) => `${Id}:${Port}:${QuicServerId}`;

/** The outcome of one pass, as far as it counts. */
function outcome(pass: Pass) {
  const maps = new Map((pass.multiClusterConfigMap ?? []).map(({ name, verb, targets }) => [name, verb === 'delete' ? 'deleted' : targets]));
  return {
    targets: (pass.targets ?? []).map(({ id, port, quicServerId = '' }) => `${id}:${port}:${quicServerId}`).sort(),
    registered: called(pass, 'RegisterTargets').map((target) => `${named(target)}${target.AvailabilityZone ? ` in ${target.AvailabilityZone}` : ''}`).sort(),
    deregistered: called(pass, 'DeregisterTargets').map(named).sort(),
    rules: pass.securityGroupRulesAfter ?? {},
    conditions: pass.podConditions ?? [],
    ownTargets: Object.fromEntries(maps),
  };
}

const outcomes = (answer: Pass & { readonly steps?: readonly Pass[] }) => (answer.steps ?? [answer]).map(outcome);
const counts = new Map<string, number>();
const count = (name: string) => counts.set(name, (counts.get(name) ?? 0) + 1);

describe('target vectors', () => {
  it.for(files)('comes to the same end as LBC in %s', async (file, { skip }) => {
    const answer = await answerVector(readVector(join(VECTORS, file)));
    if (typeof answer['pending'] === 'string') {
      count(`pending ${answer['pending']}`);
      skip(`pending: ${answer['pending']}`);
    }
    const computed = outcomes(answer);
    const wanted = outcomes((readYaml(file) as { expected: Pass }).expected);
    const isEqual = isDeepStrictEqual(computed, wanted);
    // A difference that was decided on must be there; the comparison of the values is for the reader of a failure.
    expect(file in differences ? { isEqual } : computed).toEqual(file in differences ? { isEqual: false } : wanted);
    count('answered');
  });

  afterAll(() => console.log(`target vectors: ${[...counts].map(([name, number]) => `${name}: ${number}`).join(', ')}`));
});
