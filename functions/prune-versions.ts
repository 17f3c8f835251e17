import type { FunctionVersion } from '../shared/aws/function-versions';
import { ScheduledInput } from '../shared/contract/steps';
import type { CoreClients, NamedClients } from './clients';
import { functionVersions } from './clients/function-versions';
import { step, type StepContext } from './step';

/** A redrive is possible for 14 days (AWS: Redriving state machine executions) and is to meet the code that its execution began with. */
const KEPT_MS = 15 * 24 * 60 * 60_000;
const PREFIX = 'stepbalancer-';

type Deps = Pick<CoreClients, 'now'> & Pick<NamedClients, 'functionVersions'>;

/** Versions that no redrive can need any more: their successor was published longer ago than an execution can be redriven. The newest of a function always stays. */
export function versionsToPrune(versions: readonly FunctionVersion[], now: number): FunctionVersion[] {
  const byFunction = Object.values(Object.groupBy(versions, ({ functionName }) => functionName));
  return byFunction.flatMap((all = []) => {
    const newestFirst = all.toSorted((a, b) => b.publishedAt - a.publishedAt);
    return newestFirst.slice(1).filter((_, index) => now - (newestFirst[index]?.publishedAt ?? now) > KEPT_MS);
  });
}

/** Once a day: deletes old versions of our functions, which each deployment adds to. */
export const pruneVersions =
  (deps: Deps) =>
  async (_input: unknown, { log, remainingMs }: Pick<StepContext, 'log' | 'remainingMs'>): Promise<{ pruned: number }> => {
    let pruned = 0;
    for (const version of versionsToPrune(await deps.functionVersions.list(PREFIX), deps.now())) {
      if (remainingMs() <= 0) break;
      await deps.functionVersions.remove(version);
      log.info('version pruned', { functionName: version.functionName, version: version.version });
      pruned += 1;
    }
    return { pruned };
  };

export const handler = step({ state: 'prune-versions', input: ScheduledInput, clients: { functionVersions }, run: pruneVersions });
