import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { currentSignal } from '../../functions/abort';
import { noteCall, takeCalls } from '../../functions/call-count';
import type { Clients } from '../../functions/clients';
import { clusterClient } from '../../functions/clients/cluster-client';
import type { Log } from '../../functions/log';
import { createAcm } from '../../shared/aws/acm';
import type { AwsClientConfig } from '../../shared/aws/client-config';
import { dynamodbTable } from '../../shared/aws/dynamodb-table';
import { createEc2 } from '../../shared/aws/ec2';
import { createElbv2 } from '../../shared/aws/elbv2';
import { createExecutions } from '../../shared/aws/executions';
import { createTagging } from '../../shared/aws/tagging';
import { createTargetQueue } from '../../shared/aws/target-queue';
import { createStore } from '../../shared/store/create-store';
import type { Clock } from './clock';
import { NAMES } from './deploy';

export interface QuietClientsOptions {
  /** Where `functions.log` goes; nowhere without it. */
  readonly folder: string | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  readonly factor: number;
  readonly config: AwsClientConfig;
  readonly stateMachineArn: string;
  readonly targetsUrl: string;
}

/** What the functions get in the local system (there are no versions to prune): the very SDK clients, at the local AWS's address; the log in a file instead of on the screen. */
export function quietClients({ folder, clock, random, factor, config, stateMachineArn, targetsUrl }: QuietClientsOptions): Omit<Clients, 'functionVersions'> {
  const aws: AwsClientConfig = { ...config, signal: currentSignal, onCall: noteCall };
  const table = dynamodbTable({ config: aws, name: NAMES.table });
  const wiring = { aws, now: clock.now, environment: { STEPBALANCER_TABLE: NAMES.table, STEPBALANCER_FACTOR: factor, AWS_REGION: config.region } };
  return {
    now: clock.now,
    random,
    after: clock.after,
    factor,
    log: logInto(folder === undefined ? () => undefined : lineWriter(join(folder, 'functions.log'))),
    meter: { call: () => undefined, count: () => undefined },
    table,
    store: createStore({ table, now: clock.now, factor, takeCalls }),
    acm: createAcm(aws),
    elbv2: createElbv2(aws),
    ec2: createEc2(aws),
    tagging: createTagging(aws),
    executions: createExecutions({ config: aws, stateMachine: stateMachineArn }),
    targetQueue: createTargetQueue({ config: aws, queueUrl: targetsUrl }),
    clusterClient: clusterClient(wiring),
  };
}

function lineWriter(path: string): (line: string) => void {
  const stream = createWriteStream(path, { flags: 'a' });
  return (line) => void stream.write(`${line}\n`);
}

function logInto(write: (line: string) => void, kept: Readonly<Record<string, unknown>> = {}): Log {
  const line = (level: string) => (message: string, values: Readonly<Record<string, unknown>> = {}) => write(JSON.stringify({ level, message, ...kept, ...values }));
  return { info: line('info'), warn: line('warn'), error: line('error'), with: (values) => logInto(write, { ...kept, ...values }) };
}
