import { setImmediate } from 'node:timers/promises';
import { compareCluster } from '../../../functions/compare-cluster';
import { CLUSTER, type SmallWorld } from '../../../infra/local/small-world';
import type { Pass } from '../../../infra/local/pass-runner';
import { routesOf } from '../../../shared/events/routes';

/** Longer than anything takes that is waited for. */
const PATIENCE_S = 1800;
/** As many seconds without a change mean that all is said. */
const QUIET_S = 3;

/** Wakes keys of a small world exactly as events of its cluster do. */
export interface ClusterEvents {
  /** What the forwarder would tell now, and what that leads to. Answers whether there was anything; throws where a pass failed. */
  wakeWhatChanged(): Promise<boolean>;
  /** One second of the world. */
  second(): Promise<void>;
  /** Lets time pass, events included, until `done` and nothing changes any more. */
  until(done: () => Promise<boolean>): Promise<void>;
}

/** Follows a world's cluster from now on; at first everything is new. `look` goes around requests that are only the tests' own. */
export function followCluster(world: SmallWorld, look: <Answer>(ask: () => Promise<Answer>) => Promise<Answer> = (ask) => ask()): ClusterEvents {
  let before: string | undefined;
  const events: ClusterEvents = {
    async wakeWhatChanged() {
      const { client, store } = world;
      const { changed, seen } = await look(() => compareCluster({ client, before, keys: [], readState: (key) => store.leases.read(key) }));
      before = seen;
      const keys = new Set<string>();
      for (const { object, hints } of changed) {
        const routes = routesOf(CLUSTER, object, hints);
        routes.keys.forEach((key) => keys.add(key));
        for (const name of routes.references) (await store.references.find(CLUSTER, name)).forEach(({ key }) => keys.add(key));
      }
      for (const key of [...keys].sort()) expectCompleted(key, await world.runner.run(key));
      return keys.size > 0;
    },
    async second() {
      await world.runner.settle(1000);
      for (let turns = 0; turns < 5; turns += 1) await setImmediate();
    },
    async until(done) {
      let quiet = 0;
      for (let second = 0; second < PATIENCE_S; second += 1) {
        await events.second();
        quiet = (await events.wakeWhatChanged()) ? 0 : quiet + 1;
        if (quiet >= QUIET_S && (await done())) return;
      }
      throw new Error(`what was waited for did not come within ${PATIENCE_S} s`);
    },
  };
  return events;
}

/** Throws where a pass failed. */
export function expectCompleted(key: string, { failure }: Pass): void {
  if (failure) throw new Error(`${key}: ${failure.error}: ${failure.cause}`);
}
