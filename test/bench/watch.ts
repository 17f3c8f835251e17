import type { CallLog, CallRecord } from '../../infra/local/aws/call-log';
import type { Log } from '../../functions/log';
import type { Meter } from '../../functions/meter';
import type { Table } from '../../shared/aws/table';
import { memoryTable } from '../../shared/store/memory-table';

/** One call of a function: a state of the workflow, or `sync-targets`, `sweep`. */
export interface StepRun {
  readonly state: string;
  /** In this process, the local AWS's and the local cluster's own time included. */
  readonly ms: number;
  /** The calls to AWS that it made. */
  readonly calls: readonly CallRecord[];
  /** Its reads and writes of the table. */
  readonly table: number;
}

/** Listens to functions that run one after the other: which of them made which call, and how long each took. */
export interface Watch {
  readonly log: Log;
  readonly meter: Meter;
  readonly table: Table;
  follow(calls: CallLog): void;
  /** What ran since the last look. */
  take(): StepRun[];
}

/** A watch over a table of its own, to be given to a small world; `follow` its account's calls next. */
export function createWatch(): Watch {
  let steps: StepRun[] = [];
  let calls: CallRecord[] = [];
  let table = 0;
  let begunAt: number | undefined;
  const log: Log = {
    info: () => undefined,
    warn: () => undefined,
    error: () => undefined,
    // A function's first word is whose log it writes.
    with() {
      begunAt ??= performance.now();
      return log;
    },
  };
  const meter: Meter = {
    call({ state }) {
      steps.push({ state, ms: performance.now() - (begunAt ?? performance.now()), calls, table });
      calls = [];
      table = 0;
      begunAt = undefined;
    },
    count: () => undefined,
  };
  return {
    log,
    meter,
    table: countedTable(memoryTable(), () => (table += 1)),
    follow: (account) => void account.subscribe((call) => calls.push(call)),
    take() {
      const seen = steps;
      steps = [];
      return seen;
    },
  };
}

function countedTable(table: Table, count: () => void): Table {
  return {
    get: (...given) => (count(), table.get(...given)),
    put: (...given) => (count(), table.put(...given)),
    update: (...given) => (count(), table.update(...given)),
    delete: (...given) => (count(), table.delete(...given)),
    query: (...given) => (count(), table.query(...given)),
    queryDue: (...given) => (count(), table.queryDue(...given)),
  };
}
