import * as z from 'zod';
import { TargetMessage } from '../shared/contract/steps';
import { createTakeOver } from '../shared/store/take-over';
import { syncKey } from '../shared/targets/sync-key';
import type { TargetLaneDeps } from '../shared/targets/target-lane';
import { type Clients, type CoreClients } from './clients';
import { clusterClient } from './clients/cluster-client';
import { ec2 } from './clients/ec2';
import { elbv2 } from './clients/elbv2';
import { targetQueue } from './clients/target-queue';
import { describeError, reportError } from './report-error';
import { step, type StepContext } from './step';

const Record = z.object({ messageId: z.string(), body: z.string(), attributes: z.object({ MessageGroupId: z.string(), SentTimestamp: z.string().optional() }).loose() }).loose();
const TargetBatch = z.object({ Records: z.array(Record) }).loose();
type TargetRecord = z.infer<typeof Record>;
type LaneClients = CoreClients & Pick<Clients, 'elbv2' | 'ec2' | 'clusterClient' | 'targetQueue'>;

/**
 * Answers a batch of the target lane's queue: groups side by side, messages of a group in order. What could not be done, and everything behind it in its
 * group, is given back to the queue (AWS: Reporting batch item failures).
 */
export const syncTargets =
  (clients: LaneClients) =>
  async ({ Records }: z.infer<typeof TargetBatch>, context: StepContext): Promise<{ batchItemFailures: { itemIdentifier: string }[] }> => {
    const groups = Object.values(Object.groupBy(Records, ({ attributes }) => attributes.MessageGroupId));
    const failed = await Promise.all(groups.map((records = []) => syncGroup(records, { clients, context })));
    return { batchItemFailures: failed.flat().map(({ messageId }) => ({ itemIdentifier: messageId })) };
  };

export const handler = step({ state: 'sync-targets', input: TargetBatch, clients: { elbv2, ec2, clusterClient, targetQueue }, run: syncTargets });

/** The messages of one group that are to be delivered again. One that nobody can read is dropped: it would hold up its group for ever. */
async function syncGroup(records: readonly TargetRecord[], { clients, context }: { clients: LaneClients; context: StepContext }): Promise<readonly TargetRecord[]> {
  for (const [index, record] of records.entries()) {
    const message = readMessage(record.body);
    if (!message) {
      context.log.error('message dropped', { messageId: record.messageId });
      clients.meter.count({ state: 'sync-targets', name: 'DroppedMessages', amount: 1 });
      continue;
    }
    try {
      await syncKey({ key: message.key, owner: `targets:${record.messageId}` }, laneDeps(clients, context));
      measureLag(record, clients);
    } catch (error) {
      context.log.warn('target pass comes again', { key: message.key, error: describeError(error) });
      return records.slice(index);
    }
  }
  return [];
}

function readMessage(body: string): TargetMessage | undefined {
  try {
    return TargetMessage.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}

/** From the wake-up to the answer, in milliseconds. */
function measureLag({ attributes }: TargetRecord, { now, meter }: CoreClients): void {
  if (attributes.SentTimestamp !== undefined) meter.count({ state: 'sync-targets', name: 'TargetLagMilliseconds', amount: Math.max(0, now() - Number(attributes.SentTimestamp)) });
}

function laneDeps(clients: LaneClients, { log }: StepContext): TargetLaneDeps {
  const { table, now, factor, store } = clients;
  return {
    store,
    elbv2: clients.elbv2,
    ec2: clients.ec2,
    targetQueue: clients.targetQueue,
    clusterClient: clients.clusterClient,
    now,
    factor,
    takeOver: createTakeOver({ table, now, factor }),
    log: (message, values) => log.info(message, values),
    report: (holder, error) => reportError({ store, now, clusterClient: clients.clusterClient, log, holder, state: 'sync-targets', error }),
  };
}
