import { createClusters } from './clusters';
import { createContributions } from './contributions';
import { createDeletions } from './deletions';
import { createLeases } from './leases';
import { createLedger } from './ledger';
import { createReferences } from './references';
import { createRuns } from './runs';
import type { Store, StoreParts } from './store';
import { createPassFacts, createPlans, createSeen } from './texts';

/** The store over a table. */
export function createStore({ table, now, factor, takeCalls }: StoreParts): Store {
  const leases = createLeases({ table, now, factor, ...(takeCalls ? { takeCalls } : {}) });
  return {
    leases,
    ledger: createLedger({ table, leases }),
    plans: createPlans({ table, leases, now }),
    passFacts: createPassFacts({ table, leases, now }),
    references: createReferences({ table, now }),
    contributions: createContributions({ table, now }),
    clusters: createClusters({ table }),
    seen: createSeen({ table, now }),
    deletions: createDeletions({ table, now, factor }),
    runs: createRuns({ table, now }),
  };
}
