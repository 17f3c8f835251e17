import * as z from 'zod';
import { createTakeOver } from '../shared/store/take-over';
import { answerBatch } from '../shared/targets/answer-batch';
import { shareReads } from '../shared/targets/share-reads';
import { syncKey } from '../shared/targets/sync-key';
import type { TargetLaneDeps } from '../shared/targets/target-lane';
import type { Clients, CoreClients } from './clients';
import { clusterClient } from './clients/cluster-client';
import { ec2 } from './clients/ec2';
import { elbv2 } from './clients/elbv2';
import { targetQueue } from './clients/target-queue';
import { describeError, reportError } from './report-error';
import { step, type StepContext } from './step';

const STATE = 'sync-targets';
const Message = z.object({ messageId: z.string(), body: z.string(), attributes: z.object({ MessageGroupId: z.string(), SentTimestamp: z.string().optional() }).loose() }).loose();
const TargetBatch = z.object({ Records: z.array(Message) }).loose();
type LaneClients = CoreClients & Pick<Clients, 'elbv2' | 'ec2' | 'clusterClient' | 'targetQueue'>;

/** Answers a batch of the target lane's queue; what could not be done is given back to the queue. */
export const syncTargets =
  (clients: LaneClients) =>
  async ({ Records }: z.infer<typeof TargetBatch>, { log }: Pick<StepContext, 'log'>): Promise<{ batchItemFailures: { itemIdentifier: string }[] }> => {
    const { now, meter } = clients;
    const count = (name: string, amount: number) => meter.count({ state: STATE, name, amount });
    const deps = laneDeps(clients, log);
    const failed = await answerBatch(Records, {
      sync: (input) => syncKey(input, deps),
      onDropped: ({ messageId }) => {
        log.error('message dropped', { messageId });
        count('DroppedMessages', 1);
      },
      onFailed: (key, error) => log.warn('target pass comes again', { key, error: describeError(error) }),
      // From the wake-up to the answer: the lag that users see.
      onDone: ({ attributes: { SentTimestamp } }) => SentTimestamp !== undefined && count('TargetLagMilliseconds', Math.max(0, now() - Number(SentTimestamp))),
    });
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  };

export const handler = step({ state: STATE, input: TargetBatch, clients: { elbv2, ec2, clusterClient, targetQueue }, run: syncTargets });

function laneDeps(clients: LaneClients, log: StepContext['log']): TargetLaneDeps {
  const { table, now, factor, store, elbv2, ec2, targetQueue, clusterClient } = clients;
  const report: TargetLaneDeps['report'] = (holder, error) => reportError({ store, now, clusterClient, log, holder, state: STATE, error });
  return { store, elbv2, ec2: shareReads(ec2), targetQueue, clusterClient, now, factor, takeOver: createTakeOver({ table, now, factor }), log: (message, values) => log.info(message, values), report };
}
