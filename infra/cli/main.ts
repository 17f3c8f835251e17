#!/usr/bin/env -S node --import tsx
import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { parse } from 'yaml';
import { dynamodbTable } from '../../shared/aws/dynamodb-table';
import { describeEksCluster } from '../../shared/aws/eks';
import { type ClusterItem, ClusterMode } from '../../shared/contract/items';
import { createClusterClient } from '../../shared/kubernetes/client';
import type { ClusterClient } from '../../shared/kubernetes/cluster-client';
import { transportOfCluster } from '../../shared/observe/transport-of-cluster';
import { createStore } from '../../shared/store/create-store';
import { addCluster, type ClusterAddition } from './cluster-add';
import { forgetCluster } from './cluster-forget';
import { listClusters } from './cluster-list';
import { changeMode } from './cluster-mode';
import { showHistory } from './show-history';
import { showPlan } from './show-plan';

const program = new Command('stepbalancer')
  .description('Kubernetes load balancers on AWS, reconciled by Step Functions')
  .option('--region <region>', 'Region that stepbalancer is deployed in', process.env['AWS_REGION'])
  .option('--table <name>', 'its table', 'stepbalancer')
  .option('--endpoint <url>', 'where AWS answers, for the local system', process.env['AWS_ENDPOINT_URL'])
  // Before the command `--endpoint` is AWS's, after `cluster add` it is the cluster's.
  .enablePositionalOptions()
  .showHelpAfterError();

const cluster = program.command('cluster').description('register clusters and say what stepbalancer may do in them');

cluster
  .command('add <id>')
  .description('register a cluster, or change its registration; it begins in mode `observe`: plans, zero writes')
  .requiredOption('--vpc <id>', 'VPC of its nodes')
  .requiredOption('--account <id>', 'account that its load balancers are in')
  .requiredOption('--endpoint <url>', 'URL of its API server')
  .option('--name <name>', 'its name in the tag elbv2.k8s.aws/cluster, as LBC had it (default: the id)')
  .option('--ca <base64>', 'certificate authority of its API server')
  .option('--eks <name>', 'authenticate with a token for this EKS cluster')
  .option('--kubeconfig-secret <arn>', 'authenticate with the kubeconfig in this secret of Secrets Manager')
  .option('--settings <file>', 'YAML with its settings, spelled as LBC’s flags in camelCase; ours under `stepbalancer:`')
  .action(async (id: string, options: Record<string, string>) => {
    const addition: ClusterAddition = { id, options, region: region(), settings: options['settings'] ? (parse(readFileSync(options['settings'], 'utf8')) as unknown) : {} };
    console.log(await addCluster({ clusters: store().clusters, now: () => Date.now() }, addition));
  });

cluster
  .command('list')
  .description('show registered clusters')
  .option('--json', 'one JSON object per line')
  .action(async ({ json = false }: { json?: boolean }) => console.log(listClusters(await store().clusters.list(), { json, now: Date.now() })));

cluster
  .command('mode <id> <mode>')
  .description('observe: plans, zero writes. own: makes load balancers. released: does nothing')
  .action(async (id: string, mode: string) => {
    const parsed = ClusterMode.safeParse(mode);
    if (!parsed.success || parsed.data === 'forgotten') throw new InvalidArgumentError(`expected observe, own or released, got ${mode}`);
    console.log(await changeMode({ clusters: store().clusters, clusterClient: clusterClient(), now: () => Date.now() }, { id, mode: parsed.data }));
  });

cluster
  .command('forget <id>')
  .description('say that a cluster is gone: what it left in AWS is deleted after a grace time. Without --yes it only shows what that is')
  .option('--after <duration>', 'grace time', '24h')
  .option('--yes', 'mean it')
  .option('--cancel', 'take it back')
  .action(async (id: string, { after, yes = false, cancel = false }: { after: string; yes?: boolean; cancel?: boolean }) => {
    const aws = { region: region(), ...endpoint() };
    console.log(await forgetCluster({ store: store(), clusterClient: clusterClient(), eksStatus: (name) => describeEksCluster(aws, name), now: () => Date.now() }, { id, after, yes, cancel }));
  });

program
  .command('history <key>')
  .description('the passes of a key (svc#<cluster>#<namespace>/<name>): cause, changes, calls, drift, how they ended; 16 days back')
  .option('--limit <number>', 'so many passes, newest first', '20')
  .option('--json', 'one JSON object per pass')
  .action(async (key: string, { limit, json = false }: { limit: string; json?: boolean }) => {
    if (!/^[1-9][0-9]*$/.test(limit)) throw new InvalidArgumentError(`--limit: expected a whole number from 1 on, got ${limit}`);
    console.log(await showHistory({ store: store() }, { key, limit: Number(limit), json }));
  });

program
  .command('plan <key>')
  .description('the last plan of a key: what would be done (mode `observe`), what waits for approval, or what was done')
  .option('--json', 'the whole plan as one JSON object')
  .action(async (key: string, { json = false }: { json?: boolean }) => console.log(await showPlan({ store: store() }, { key, json })));

function clusterClient(): (item: ClusterItem) => ClusterClient {
  const now = () => Date.now();
  return (item) => createClusterClient({ transport: transportOfCluster(item, { aws: { region: region(), ...endpoint() }, now }), cluster: item.id, now });
}

function region(): string {
  const given = program.opts<{ region?: string }>().region;
  if (given === undefined) throw new InvalidArgumentError('expected a Region: give --region or set AWS_REGION');
  return given;
}

function endpoint(): { endpoint?: string } {
  const given = program.opts<{ endpoint?: string }>().endpoint;
  return given === undefined ? {} : { endpoint: given };
}

function store() {
  const table = dynamodbTable({ config: { region: region(), ...endpoint() }, name: program.opts<{ table: string }>().table });
  return createStore({ table, now: () => Date.now(), factor: 1 });
}

// An error for the person at the terminal: one line, exit code 1.
try {
  await program.parseAsync();
} catch (error) {
  console.error(`stepbalancer: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
