import { currentSignal } from '../../../functions/abort';
import { DeniedError, ThrottledError, TransientError } from '../../../shared/contract/errors';
import type { Item, ItemKey, Table } from '../../../shared/aws/table';
import type { Network, PerformFault } from './network';

const RESULTS: Partial<Record<PerformFault, () => Error>> = {
  throttled: () => new ThrottledError('DynamoDB: ProvisionedThroughputExceeded'),
  'server-error': () => new TransientError('DynamoDB: InternalServerError'),
  denied: () => new DeniedError('DynamoDB: AccessDenied'),
};

/** Watches what is written. */
export type TableWatcher = (action: 'put' | 'update' | 'delete', key: ItemKey, item: Item | undefined) => void;

interface Options {
  readonly table: Table & { readonly items: () => Item[] };
  readonly network: Network;
  readonly written: TableWatcher;
}

/** The table behind a network. */
export function simulatedTable({ table, network, written }: Options): Table {
  const call = <Answer>(name: string, { about, write, effect, stale = effect }: { about: string; write: boolean; effect: () => Promise<Answer>; stale?: (size: number) => Promise<Answer> }) =>
    network.call<Answer>({
      what: { to: 'table', name: `table:${name}`, about, write },
      signal: currentSignal(),
      perform: (fault) => {
        const failure = fault && RESULTS[fault.kind]?.();
        if (failure) return Promise.reject(failure);
        return fault?.kind === 'stale-index' ? stale(fault.size) : effect();
      },
      broken: () => {
        throw new TransientError('DynamoDB: the connection broke');
      },
      abandoned: () => {
        throw new TransientError('DynamoDB: the call was given up');
      },
    });
  const place = ({ pk, sk }: ItemKey) => `${pk} / ${sk}`;
  return {
    get: (key) => call('get', { about: place(key), write: false, effect: () => table.get(key) }),
    put: (item, condition) =>
      call('put', {
        about: place(item),
        write: true,
        async effect() {
          const done = await table.put(item, condition);
          if (done) written('put', item, item);
          return done;
        },
      }),
    update: (key, update, condition) =>
      call('update', {
        about: place(key),
        write: true,
        async effect() {
          const item = await table.update(key, update, condition);
          if (item) written('update', key, item);
          return item;
        },
      }),
    delete: (key, condition) =>
      call('delete', {
        about: place(key),
        write: true,
        async effect() {
          const done = await table.delete(key, condition);
          if (done) written('delete', key, undefined);
          return done;
        },
      }),
    query: (pk, prefix) => call('query', { about: `${pk} / ${prefix ?? ''}*`, write: false, effect: () => table.query(pk, prefix) }),
    queryDue: (query) =>
      call('queryDue', {
        about: 'what is due',
        write: false,
        effect: () => table.queryDue(query),
        // An index that lags: some of what is due is not there yet, and something that is not due any more still is.
        stale: async (size) => {
          const due = await table.queryDue(query);
          const states = table.items().filter(({ sk }) => sk === 'STATE');
          const stale = states[Math.floor(size * states.length)];
          const left = due.filter((_, index) => (index + Math.floor(size * 10)) % 2 === 0);
          return [...left, ...(stale && !left.some(({ pk }) => pk === stale.pk) ? [{ pk: stale.pk, sk: stale.sk }] : [])];
        },
      }),
  };
}
