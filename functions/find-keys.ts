import { routesOf } from '../shared/events/routes';
import type { Store } from '../shared/store/store';
import type { Fail, Message } from './accept-events';
import { remember } from './remember';

/** The keys of each message that is about an object: its own, and those that said they read it. One query per name and batch. */
export async function findKeys({ references, fail }: Pick<Store, 'references'> & { readonly fail: Fail }, messages: readonly Message[]): Promise<Map<string, string[]>> {
  const readers = remember(async (place: string) => {
    const [cluster = '', ...object] = place.split(' ');
    return (await references.find(cluster, object.join(' '))).map(({ key }) => key);
  });
  const wanted = new Map<string, string[]>();
  const results = messages.map(async ({ id, wakeUp }) => {
    if (wakeUp.type !== 'object.changed') return;
    const { cluster, object, hints } = wakeUp;
    const routes = routesOf(cluster, object, hints);
    const found = await Promise.all(routes.references.map((name) => readers(`${cluster} ${name}`)));
    wanted.set(id, [...routes.keys, ...found.flat()]);
  });
  (await Promise.allSettled(results)).forEach((result, index) => result.status === 'rejected' && fail(messages[index]?.id ?? '', result.reason));
  return wanted;
}
