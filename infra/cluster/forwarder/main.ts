import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { Command } from 'commander';
import { createEventBus } from '../../../shared/aws/event-bus';
import { eventSource } from '../../../shared/contract/events';
import { createClusterClient } from '../../../shared/kubernetes/client';
import { socketTransport } from '../../../shared/kubernetes/transport';
import { runForwarder } from './forwarder';
import { runAsLeader } from './leader';
import { realTimers } from './timers';

/** Where a pod finds its own cluster (Kubernetes: Accessing the API from a Pod). */
const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
const SERVER = 'https://kubernetes.default.svc';

const program = new Command('stepbalancer-forwarder')
  .description('Tells an event bus which Kubernetes objects may have changed. Runs in a pod; one of its replicas leads.')
  .requiredOption('--cluster <id>', 'our id of the cluster, as registered with `stepbalancer cluster add`')
  .requiredOption('--region <region>', 'Region of the event bus')
  .option('--bus <name>', 'name or ARN of the event bus', 'stepbalancer')
  .option('--namespace <namespace>', 'namespace of the Lease', 'kube-system');

const { cluster, region, bus, namespace } = program.parse().opts<{ cluster: string; region: string; bus: string; namespace: string }>();

const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
process.once('SIGINT', () => stop.abort());

/** One line of JSON. */
const log = (message: string, values: Record<string, unknown>) => console.log(JSON.stringify({ time: new Date().toISOString(), message, cluster, ...values }));
const transport = socketTransport({
  server: SERVER,
  certificateAuthority: readFileSync(`${ACCOUNT}/ca.crt`).toString('base64'),
  token: async () => readFileSync(`${ACCOUNT}/token`, 'utf8').trim(), // read each time: the kubelet renews it
});
const events = createEventBus({ config: { region, signal: () => stop.signal }, bus });

await runAsLeader(
  { client: createClusterClient({ transport, cluster, now: realTimers.now, signal: () => stop.signal }), timers: realTimers, signal: stop.signal, namespace, name: 'stepbalancer-forwarder', identity: hostname(), log },
  (signal) => runForwarder({ cluster, transport, timers: realTimers, signal, log, send: (batch) => events.put(batch.map((event) => ({ ...event, source: eventSource(cluster) }))) }),
);
