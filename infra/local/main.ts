import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { checkNode } from './check-node';
import { startLocalSystem } from './system';

checkNode();

const number = (text: string) => {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new InvalidArgumentError(`expected a number of 0 or more, got ${text}`);
  return value;
};

const program = new Command('npm run local --')
  .description('stepbalancer on this machine: a local AWS, a local cluster and the workflow in one process, until Ctrl-C. Stop it and start it again: it goes on where it was.')
  .option('--dir <folder>', 'where kubeconfig, aws.env and all data are kept', '.local')
  .option('--aws-port <port>', 'port of the local AWS (default: a free one)', number)
  .option('--kube-port <port>', 'port of the local cluster’s API server (default: a free one)', number)
  .option('--factor <number>', 'multiplies every delay of AWS and of stepbalancer', number, 0.1);

const options = program.parse().opts<{ dir: string; awsPort?: number; kubePort?: number; factor: number }>();
const folder = resolve(options.dir);
mkdirSync(folder, { recursive: true });

const system = await startLocalSystem({
  folder: join(folder, 'data'),
  factor: options.factor,
  ...(options.awsPort === undefined ? {} : { awsPort: options.awsPort }),
  ...(options.kubePort === undefined ? {} : { kubePort: options.kubePort }),
  onProblem: (problem) => console.error(`problem: ${problem instanceof Error ? problem.message : String(problem)}`),
});
writeFileSync(join(folder, 'kubeconfig'), system.kubeconfig, { mode: 0o600 });
writeFileSync(join(folder, 'aws.env'), awsEnvironment(), { mode: 0o600 });
console.log(`local AWS      ${system.awsUrl}   (region ${system.place.region}, account ${system.place.account})
local cluster  ${system.kubeUrl}
every delay    × ${options.factor}

In another shell:
  export KUBECONFIG=${join(options.dir, 'kubeconfig')} && source ${join(options.dir, 'aws.env')}
  kubectl apply -f examples/internet-facing-ip/manifest.yaml
  kubectl get svc -A -w

ready`);

let stopping = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    if (stopping) process.exit(0);
    stopping = true;
    void system.stop().finally(() => process.exit(0));
  });

/** For the shell to source. The older `aws` command line knows the Region only by its second name. */
function awsEnvironment(): string {
  const { place, awsUrl } = system;
  const variables = { AWS_ENDPOINT_URL: awsUrl, AWS_REGION: place.region, AWS_DEFAULT_REGION: place.region, AWS_ACCESS_KEY_ID: place.account, AWS_SECRET_ACCESS_KEY: 'local' };
  return `${Object.entries(variables).map(([name, value]) => `export ${name}=${value}`).join('\n')}\n`;
}
