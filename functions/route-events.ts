import { z } from 'zod';
import { parseEvent, type WakeUp } from '../shared/events/parse-event';
import { routesOf } from '../shared/events/routes';
import type { Store } from '../shared/store/store';
import type { CoreClients, NamedClients } from './clients';
import { executions } from './clients/executions';
import { targetQueue } from './clients/target-queue';
import { describeError } from './report-error';
import { step, type StepContext } from './step';
import { wakeKeys } from './wake-keys';

type Deps = Pick<CoreClients, 'store' | 'now' | 'random' | 'meter'> & Pick<NamedClients, 'executions' | 'targetQueue'>;

/** A batch of the intake queue, as Lambda hands it over. */
const IntakeBatch = z.object({ Records: z.array(z.object({ messageId: z.string(), body: z.string() })) });
type IntakeBatch = z.infer<typeof IntakeBatch>;

/** Messages that SQS must deliver again (AWS: Reporting batch item failures for Lambda functions with an SQS trigger). */
interface BatchAnswer {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

interface Message {
  readonly id: string;
  readonly wakeUp: WakeUp;
}

/**
 * Finds out whom a batch of events concerns and wakes each key once, however many events name it. What cannot be an event of a registered cluster is
 * counted and dropped: to try it again would change nothing. What could not be done is delivered again, alone.
 */
export const routeEvents =
  (deps: Deps) =>
  async ({ Records }: IntakeBatch, { log }: Pick<StepContext, 'log'>): Promise<BatchAnswer> => {
    const failures = new Map<string, unknown>();
    const fail = (id: string, error: unknown) => void failures.set(id, error);
    const messages = await dropUnwanted(deps, Records.map(({ messageId, body }) => ({ id: messageId, wakeUp: parseEvent(body) })), log, fail);
    await noteClusters(deps, messages, fail);
    const wanted = await findKeys(deps.store, messages, fail);
    const failed = await wakeKeys(deps, [...wanted.values()].flat());
    for (const [id, keys] of wanted) {
      const key = keys.find((candidate) => failed.has(candidate));
      if (key !== undefined) fail(id, failed.get(key));
    }
    for (const [messageId, error] of failures) log.warn('an event is delivered again', { messageId, error: describeError(error) });
    return { batchItemFailures: [...failures.keys()].map((itemIdentifier) => ({ itemIdentifier })) };
  };

type Fail = (id: string, error: unknown) => void;

/** Leaves out what is malformed, and what comes from a cluster that is not registered or was released. */
async function dropUnwanted({ store, meter }: Deps, messages: readonly Message[], log: StepContext['log'], fail: Fail): Promise<Message[]> {
  const cluster = remember((id: string) => store.clusters.get(id));
  const kept: Message[] = [];
  let dropped = 0;
  for (const message of messages) {
    const reason = await whyDropped(message.wakeUp, cluster).catch((error: unknown) => (fail(message.id, error), 'not-now' as const));
    if (reason === undefined) kept.push(message);
    if (reason === undefined || reason === 'not-now') continue;
    dropped += 1;
    log.warn('an event was dropped', { reason, messageId: message.id });
  }
  if (dropped > 0) meter.count({ state: 'route-events', name: 'DroppedEvents', amount: dropped });
  return kept;
}

async function whyDropped(wakeUp: WakeUp, cluster: (id: string) => ReturnType<Store['clusters']['get']>): Promise<string | undefined> {
  if (wakeUp.type === 'dropped') return wakeUp.reason;
  const found = await cluster(wakeUp.cluster);
  if (!found) return 'cluster-not-registered';
  return found.mode === 'released' ? 'cluster-released' : undefined;
}

/** Heartbeats, and wishes for a full resync: once per cluster. `resync` looks for them every minute. */
async function noteClusters({ store, now }: Deps, messages: readonly Message[], fail: Fail): Promise<void> {
  const note = remember((text: string) => {
    const [type, id = ''] = text.split(' ');
    return store.clusters.update(id, type === 'heartbeat' ? { lastHeartbeatAt: now() } : { resyncRequestedAt: now() });
  });
  for (const { id, wakeUp } of messages) {
    if (wakeUp.type === 'heartbeat' || wakeUp.type === 'sync.requested') await note(`${wakeUp.type} ${wakeUp.cluster}`).catch((error: unknown) => fail(id, error));
  }
}

/** The keys of each message that is about an object: its own, and those that said they read it. One query per name and batch. */
async function findKeys({ references }: Store, messages: readonly Message[], fail: Fail): Promise<Map<string, string[]>> {
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

/** The same question is asked once. */
function remember<Answer>(ask: (question: string) => Promise<Answer>): (question: string) => Promise<Answer> {
  const answers = new Map<string, Promise<Answer>>();
  return (question) => {
    const answer = answers.get(question) ?? ask(question);
    answers.set(question, answer);
    return answer;
  };
}

export const handler = step({ state: 'route-events', input: IntakeBatch, clients: { executions, targetQueue }, run: routeEvents });
