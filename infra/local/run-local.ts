import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { lastPort } from './last-port';
import { explainStart } from './start-problem';
import { type LocalSystem, startLocalSystem } from './system';

const factorOf = (text: string) => {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError(`expected a number above 0, got ${text}`);
  return value;
};
const portOf = (text: string) => {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) throw new InvalidArgumentError(`expected a port from 0 to 65535, got ${text}`);
  return Number(text);
};

const program = new Command('npm run local --')
  .description('stepbalancer on this machine: a local AWS, a local cluster and the workflow in one process, until Ctrl-C. Stop it and start it again: it goes on where it was.')
  .option('--dir <folder>', 'where kubeconfig, aws.env and all data are kept', '.local')
  .option('--aws-port <port>', 'port of the local AWS (default: the last one, or a free one)', portOf)
  .option('--kube-port <port>', 'port of the local cluster’s API server (default: the last one, or a free one)', portOf)
  .option('--factor <number>', 'multiplies every delay of AWS and of stepbalancer', factorOf, 0.1);

const options = program.parse().opts<{ dir: string; awsPort?: number; kubePort?: number; factor: number }>();
const folder = resolve(options.dir);
const data = join(folder, 'data');
const files = { kubeconfig: join(folder, 'kubeconfig'), environment: join(folder, 'aws.env') };

const system = await start();
writeFileSync(files.kubeconfig, system.kubeconfig, { mode: 0o600 });
writeFileSync(files.environment, awsEnvironment(), { mode: 0o600 });
console.log(`local AWS      ${system.awsUrl}   (region ${system.place.region}, account ${system.place.account})
local cluster  ${system.kubeUrl}
every delay    × ${options.factor}

In another shell:
  export KUBECONFIG=${join(options.dir, 'kubeconfig')} && source ${join(options.dir, 'aws.env')}
  kubectl apply -f examples/internet-facing-ip/manifest.yaml
  kubectl get svc -A -w
  aws elbv2 describe-load-balancers

Ctrl-C ends it; the data stay in ${options.dir}, delete the folder to begin anew.

ready`);

let stopping = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    if (stopping) process.exit(0);
    stopping = true;
    void system.stop().finally(() => process.exit(0));
  });

/** Starts the system, or ends with words that say what to do. */
async function start(): Promise<LocalSystem> {
  const refuse = (error: unknown) => {
    const words = explainStart(error, { data, awsPort: options.awsPort, kubePort: options.kubePort });
    console.error(words === undefined ? error : `error: ${words}`);
    process.exit(1);
  };
  // LevelDB tells of broken data by an event that nobody can wait for.
  process.on('uncaughtException', refuse);
  try {
    const awsPort = options.awsPort ?? (await lastPort(files.environment));
    const kubePort = options.kubePort ?? (await lastPort(files.kubeconfig));
    return await startLocalSystem({ folder: data, factor: options.factor, awsPort, kubePort, onProblem: (problem) => console.error(`problem: ${problem instanceof Error ? problem.message : String(problem)}`) });
  } catch (error) {
    return refuse(error);
  } finally {
    process.off('uncaughtException', refuse);
  }
}

/** For the shell to source. The older `aws` command line knows the Region only by its second name. */
function awsEnvironment(): string {
  const { place, awsUrl } = system;
  const variables = { AWS_ENDPOINT_URL: awsUrl, AWS_REGION: place.region, AWS_DEFAULT_REGION: place.region, AWS_ACCESS_KEY_ID: place.account, AWS_SECRET_ACCESS_KEY: 'local' };
  const hint = '# The aws command line of version 1 speaks to SQS in AWS whatever is said here: add --endpoint-url "$AWS_ENDPOINT_URL" to its sqs commands.';
  return `${Object.entries(variables).map(([name, value]) => `export ${name}=${value}`).join('\n')}\n${hint}\n`;
}
