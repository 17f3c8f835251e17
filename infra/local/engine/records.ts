import { createHash } from 'node:crypto';
import type { HistoryEvent } from '@aws-sdk/client-sfn';
import type { StateMachineDefinition } from '../../states-language';
import type { World } from '../aws/operation';

/** A state machine as it is stored. */
export interface Machine {
  readonly arn: string;
  readonly name: string;
  readonly account: string;
  readonly region: string;
  /** JSON text, as it was given. */
  readonly definition: string;
  readonly roleArn: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly revisionId: string;
  /** Settings that are kept and shown, and have no effect here. */
  readonly shown: { readonly loggingConfiguration?: unknown; readonly tracingConfiguration?: unknown; readonly encryptionConfiguration?: unknown };
  readonly tags: readonly { readonly key?: string | undefined; readonly value?: string | undefined }[];
}

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

/** An execution as it is stored; texts are JSON. */
export interface Execution {
  readonly arn: string;
  readonly name: string;
  readonly machineArn: string;
  readonly status: ExecutionStatus;
  readonly input: string;
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
  readonly startedAt: number;
  readonly stoppedAt?: number;
  readonly redriveCount: number;
  readonly redrivenAt?: number;
  readonly redriveToken?: string;
  /** The definition that it began with: a redrive uses it again. */
  readonly definitionId: string;
  /** The state that it is in, or that it will enter next, with its input; where a redrive begins. */
  readonly at: { readonly state: string; readonly input: unknown; readonly isEntered: boolean };
  readonly historyLength: number;
}

/** An event of the history as it is stored: AWS's shape with a number for its time. */
export type StoredEvent = Omit<HistoryEvent, 'timestamp'> & { readonly at: number };

/** State machines, executions and histories in the world's storage. */
export function stateRecords({ storage }: Pick<World, 'storage'>) {
  return {
    machines: storage.collection<Machine>('states/machines'),
    executions: storage.collection<Execution>('states/executions'),
    /** Definitions that executions began with, by their digest. */
    definitions: storage.collection<StateMachineDefinition>('states/definitions'),
    /** By `<execution ARN>#<id>`. */
    history: storage.collection<StoredEvent>('states/history'),
  };
}

export type StateRecords = ReturnType<typeof stateRecords>;

/** Id of a stored history event. */
export function historyId(arn: string, id: number): string {
  return `${arn}#${id}`;
}

/** Stores the text of a definition under its digest. */
export function keepDefinition({ definitions }: Pick<StateRecords, 'definitions'>, text: string): { id: string; definition: StateMachineDefinition } {
  const id = createHash('sha256').update(text, 'utf8').digest('hex').slice(0, 32);
  const definition = definitions.get(id) ?? (JSON.parse(text) as StateMachineDefinition);
  if (!definitions.has(id)) definitions.set(id, definition);
  return { id, definition };
}

/** The definition that an execution began with. */
export function definitionOf({ definitions }: Pick<StateRecords, 'definitions'>, { arn, definitionId }: Pick<Execution, 'arn' | 'definitionId'>): StateMachineDefinition {
  const definition = definitions.get(definitionId);
  if (definition === undefined) throw new Error(`The definition of ${arn} is gone`);
  return definition;
}
