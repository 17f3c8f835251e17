import * as z from 'zod';
import { parseEvent } from '../shared/events/parse-event';
import { dropUnwanted, type Fail, type Message, noteClusters } from './accept-events';
import type { CoreClients, NamedClients } from './clients';
import { executions } from './clients/executions';
import { targetQueue } from './clients/target-queue';
import { findKeys } from './find-keys';
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

/**
 * Finds out whom a batch of events concerns and wakes each key once, however many events name it. What cannot be an event of a registered cluster is
 * counted and dropped: to try it again would change nothing. What could not be done is delivered again, alone.
 */
export const routeEvents =
  (deps: Deps) =>
  async ({ Records }: IntakeBatch, { log }: Pick<StepContext, 'log'>): Promise<BatchAnswer> => {
    const failures = new Map<string, unknown>();
    const fail: Fail = (id, error) => void failures.set(id, error);
    const messages = await dropUnwanted({ ...deps, log, fail }, Records.map(({ messageId, body }) => ({ id: messageId, wakeUp: parseEvent(body) })));
    await noteClusters({ ...deps, fail }, messages);
    const wanted = await findKeys({ references: deps.store.references, fail }, messages);
    const causes = causesOf(messages, wanted);
    const failed = await wakeKeys(deps, causes.keys(), (key) => causes.get(key));
    for (const [id, keys] of wanted) {
      const key = keys.find((candidate) => failed.has(candidate));
      if (key !== undefined) fail(id, failed.get(key));
    }
    for (const [messageId, error] of failures) log.warn('an event is delivered again', { messageId, error: describeError(error) });
    return { batchItemFailures: [...failures.keys()].map((itemIdentifier) => ({ itemIdentifier })) };
  };

/** Each key with the event that wakes it, for its history. */
function causesOf(messages: readonly Message[], wanted: ReadonlyMap<string, readonly string[]>): Map<string, string> {
  const events = messages.flatMap(({ id, wakeUp }) => (wakeUp.type === 'object.changed' ? [{ id, name: `${wakeUp.object.resource} ${wakeUp.object.namespace}/${wakeUp.object.name}` }] : []));
  return new Map(events.flatMap(({ id, name }) => (wanted.get(id) ?? []).map((key): [string, string] => [key, `event: ${name}`])));
}

export const handler = step({ state: 'route-events', input: IntakeBatch, clients: { executions, targetQueue }, run: routeEvents });
