import type { Table } from '../aws/table';
import { createClusters } from './clusters';
import { createContributions } from './contributions';
import { createDeletions } from './deletions';
import { createLeases } from './leases';
import { createLedger } from './ledger';
import { createReferences } from './references';
import type { Store } from './store';
import { createPassFacts, createPlans, createSeen } from './texts';

/** The store over a table. `now` is milliseconds since the epoch, `factor` multiplies every time of the lease rules. */
export function createStore({ table, now, factor }: { readonly table: Table; readonly now: () => number; readonly factor: number }): Store {
  const leases = createLeases({ table, now, factor });
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
  };
}
