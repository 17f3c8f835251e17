import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { serviceFacts } from '../../../../infra/cli/vectors/answer-service';
import { parseEnvironment } from '../../../../infra/cli/vectors/environment';
import { readVector } from '../../../../infra/cli/vectors/read-vector';
import { Settings } from '../../../../shared/contract/settings';
import { buildServiceModel } from '../../../../shared/desired/service/build-service-model';
import type { Problem } from '../../../../shared/model/problem';

/** What a person reads in `kubectl describe`, for every mistake that the vectors make. */
const VECTORS = join(import.meta.dirname, '../../../vectors/service');
const files = readdirSync(VECTORS, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.yaml'));

function problemsOf(file: string): readonly Problem[] {
  const vector = readVector(join(VECTORS, file));
  const environment = parseEnvironment(vector.environment);
  const settings = Settings.safeParse(environment.settings);
  const built = settings.success ? buildServiceModel(serviceFacts(vector, environment), settings.data) : undefined;
  return built === undefined || built.outcome === 'none' ? [] : built.problems;
}

const samples = new Map(files.flatMap(problemsOf).map(({ code, message }) => [code, message]));

it('has samples of most reasons', () => {
  expect(samples.size).toBeGreaterThan(50);
});

it.each([...samples])('%s says whose it is, where, and what to do', (_, message) => {
  expect(message).toMatch(/^Service [a-z-]+\/[a-z0-9-]+: /);
  // The last part, after what was found, is advice.
  expect(message).toMatch(/(; (?!got\b)|\?$|\. [A-Z])/);
  expect(message).not.toMatch(/undefined|\[object|NaN|Exception|ValidationError/);
  expect(message.length).toBeLessThan(1024);
});
