import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { AwsClientConfig } from './client-config';
import { callOptions, sdkConfig, speakStepErrors } from './sdk';
import { chunks } from './shapes';

/** One event for the bus. `detail` is JSON text. */
export interface BusEvent {
  readonly source: string;
  readonly detailType: string;
  readonly detail: string;
}

/** The event bus. */
export interface EventBus {
  /** Sends in batches of ten; answers those that the bus did not take: a partial failure is in the answer, not an exception (AWS: PutEvents). */
  put(events: readonly BusEvent[]): Promise<readonly BusEvent[]>;
}

const BATCH = 10;

/** The client for EventBridge. */
export function createEventBus({ config, bus }: { readonly config: AwsClientConfig; readonly bus: string }): EventBus {
  const client = new EventBridgeClient(sdkConfig(config));
  speakStepErrors(client);
  return {
    async put(events) {
      const refused: BusEvent[] = [];
      for (const batch of chunks(events, BATCH)) {
        const Entries = batch.map(({ source, detailType, detail }) => ({ EventBusName: bus, Source: source, DetailType: detailType, Detail: detail }));
        const { Entries: answers = [] } = await client.send(new PutEventsCommand({ Entries }), callOptions(config));
        refused.push(...batch.filter((_, index) => answers[index]?.ErrorCode !== undefined));
      }
      return refused;
    },
  };
}
