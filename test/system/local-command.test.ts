import { execFile, execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CoreV1Api, KubeConfig, PatchStrategy, setHeaderOptions, Watch } from '@kubernetes/client-node';
import { type ChildSystem, PROGRAM, startChild, temporaryFolder } from './child-system';
import { aDeployment, aService } from './manifests';
import { waitUntil } from './view';

/** `npm run local` as a person has it: one process, two files, and tools that know nothing of us. */
const FACTOR = 0.03;
const EXAMPLE = join(import.meta.dirname, '../../examples/internet-facing-ip/manifest.yaml');
const APP = { namespace: 'nlb-sample-app', name: 'sample-service' };
const folder = temporaryFolder('local');
let child: ChildSystem;
beforeAll(async () => {
  child = await startChild({ folder: folder.path, factor: FACTOR, program: PROGRAM });
});
afterAll(async () => {
  await child.end('SIGKILL');
  folder.remove();
});

/** Missing in CI, a tool is a failure; elsewhere its tests are skipped, and say so in their name. */
function hasTool(command: string, ...args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
const tools = { kubectl: hasTool('kubectl', 'version', '--client'), aws: hasTool('aws', '--version') };
if (process.env['CI'] === 'true' && !tools.kubectl) throw new Error('kubectl is not on the PATH: install it, these tests are part of the build');
const missing = (tool: keyof typeof tools) => (tools[tool] ? '' : ' (skipped: not on the PATH)');

/** Runs a tool in a shell that has sourced `aws.env`, as the README says. */
async function run(line: string): Promise<string> {
  const { stdout } = await promisify(execFile)('bash', ['-c', `set -e; . "$FOLDER/aws.env"; ${line}`], { env: { ...process.env, HOME: folder.path, FOLDER: folder.path, EXAMPLE, KUBECONFIG: join(folder.path, 'kubeconfig'), AWS_PAGER: '' }, timeout: 30_000 });
  return stdout.trim();
}

describe.skipIf(!tools.kubectl)(`kubectl${missing('kubectl')}`, () => {
  it('applies the example and watches EXTERNAL-IP appear', async () => {
    const watching = spawn('kubectl', ['get', 'svc', '-A', '-w'], { env: { ...process.env, HOME: folder.path, KUBECONFIG: join(folder.path, 'kubeconfig') } });
    let seen = '';
    watching.stdout.on('data', (chunk: Buffer) => void (seen += chunk.toString()));
    await run('kubectl apply -f "$EXAMPLE"');
    await waitUntil('the watch shows the hostname', () => /sample-service +LoadBalancer +\S+ +k8s-\S+\.elb\.us-west-2\.amazonaws\.com/.test(seen), () => seen);
    watching.kill();
    expect(seen).toMatch(/sample-service +LoadBalancer +\S+ +<pending>/);
  });

  it('describes the Service with its Events, and lists them', async () => {
    await child.view.settled(APP, 'Healthy');
    expect(await run('kubectl describe svc -n nlb-sample-app sample-service')).toMatch(/Normal +SuccessfullyReconciled/);
    expect(await run('kubectl get events -n nlb-sample-app')).toContain('SuccessfullyReconciled');
  });

  it('scales, and the targets follow', async () => {
    await run('kubectl scale deployment sample-app -n nlb-sample-app --replicas=4');
    await child.view.until('4 targets are healthy', async () => (await child.view.targets(APP)).filter(({ TargetHealth }) => TargetHealth?.State === 'healthy').length === 4);
  });

  it('annotates, and the load balancer changes', async () => {
    await run('kubectl annotate svc -n nlb-sample-app sample-service service.beta.kubernetes.io/aws-load-balancer-attributes=load_balancing.cross_zone.enabled=true');
    const { LoadBalancers: [balancer] = [] } = await child.view.elbv2.describeLoadBalancers({});
    await child.view.until('cross-zone is on', async () => {
      const { Attributes = [] } = await child.view.elbv2.describeLoadBalancerAttributes({ LoadBalancerArn: balancer?.LoadBalancerArn });
      return Attributes.some(({ Key, Value }) => Key === 'load_balancing.cross_zone.enabled' && Value === 'true');
    });
  });
});

describe.skipIf(!tools.aws || !tools.kubectl)(`aws${missing('aws')}`, () => {
  it('shows load balancers, executions and their history', async () => {
    expect(await run('aws elbv2 describe-load-balancers --query "LoadBalancers[].Type" --output text')).toBe('network');
    const arn = await run('aws stepfunctions list-executions --state-machine-arn arn:aws:states:us-west-2:111122223333:stateMachine:stepbalancer-reconcile --query "executions[-1].executionArn" --output text');
    expect(await run(`aws stepfunctions describe-execution --execution-arn ${arn} --query status --output text`)).toBe('SUCCEEDED');
    expect(await run(`aws stepfunctions get-execution-history --execution-arn ${arn} --query "events[].stateEnteredEventDetails.name" --output text`)).toContain('CreateLoadBalancer');
  });

  it('describes the cluster as EKS does, and kubectl takes it from there', async () => {
    expect(await run('aws eks list-clusters --query clusters --output text')).toBe('demo');
    await run('aws eks update-kubeconfig --name demo --kubeconfig "$FOLDER/eks.kubeconfig"');
    expect(await run('kubectl --kubeconfig "$FOLDER/eks.kubeconfig" get nodes -o name')).toMatch(/^node\/ip-/);
  });

  it('redrives a failed execution', async () => {
    await child.addFault({ kind: 'error', action: 'CreateListener', code: 'AccessDenied', message: 'Not allowed', times: 1 });
    await child.view.apply([aDeployment('redriven'), aService('redriven')]);
    const failed = await child.view.until('it has failed', async () => (await child.view.executions({ name: 'redriven' })).find(({ status }) => status === 'FAILED'));
    await run(`aws stepfunctions redrive-execution --execution-arn ${failed.arn}`);
    await child.view.settled({ name: 'redriven' }, 'Healthy');
    await child.view.remove({ name: 'redriven' });
  });
});

describe.skipIf(!tools.kubectl)(`kubectl, at the end${missing('kubectl')}`, () => {
  it('deletes the namespace, and nothing is left of it', async () => {
    await run('kubectl delete namespace nlb-sample-app --timeout=25s');
    await child.view.settled(APP, 'Deleted');
    await child.view.until('no load balancer is left', async () => ((await child.view.elbv2.describeLoadBalancers({})).LoadBalancers ?? []).length === 0);
  });
});

describe('@kubernetes/client-node', () => {
  it('creates, watches, patches and deletes a Service, with nothing but Node', async () => {
    const config = new KubeConfig();
    config.loadFromFile(join(folder.path, 'kubeconfig'));
    const core = config.makeApiClient(CoreV1Api);
    let shown = '';
    const watching = await new Watch(config).watch('/api/v1/namespaces/default/services', {}, (_type, object: { metadata: { name: string }; status?: { loadBalancer?: { ingress?: { hostname: string }[] } } }) => {
      if (object.metadata.name === 'client') shown = object.status?.loadBalancer?.ingress?.[0]?.hostname ?? shown;
    }, () => undefined);
    await child.view.apply([aDeployment('client')]);
    await core.createNamespacedService({ namespace: 'default', body: aService('client') });
    await waitUntil('the watch shows the hostname', () => shown !== '');
    await core.patchNamespacedService({ name: 'client', namespace: 'default', body: { metadata: { annotations: { 'service.beta.kubernetes.io/aws-load-balancer-additional-resource-tags': 'by=client' } } } }, setHeaderOptions('Content-Type', PatchStrategy.MergePatch));
    await child.view.settled({ name: 'client' }, 'Healthy');
    const events = await core.listNamespacedEvent({ namespace: 'default', fieldSelector: 'involvedObject.name=client,involvedObject.kind=Service' });
    expect(events.items.map(({ reason }) => reason)).toContain('SuccessfullyReconciled');
    await core.deleteNamespacedService({ name: 'client', namespace: 'default' });
    await child.view.settled({ name: 'client' }, 'Deleted');
    watching.abort();
  });
});

describe('npm run local', () => {
  it('runs twice side by side, each with its own folder and ports', async () => {
    const other = temporaryFolder('local-other');
    const second = await startChild({ folder: other.path, factor: FACTOR, program: PROGRAM });
    await second.view.apply([aService('only-here')]);
    expect(await child.view.service({ name: 'only-here' })).toBeUndefined();
    expect(await second.end('SIGTERM')).toEqual({ code: 0, signal: null });
    other.remove();
  });

  it('ends with exit code 0 on SIGTERM, and goes on with its data when it is started again', async () => {
    await child.view.apply([aDeployment('kept'), aService('kept')]);
    const hostname = await child.view.until('EXTERNAL-IP appears', () => child.view.hostname({ name: 'kept' }));
    expect(await child.end('SIGTERM')).toEqual({ code: 0, signal: null });
    child = await startChild({ folder: folder.path, factor: FACTOR, program: PROGRAM });
    expect(await child.view.hostname({ name: 'kept' })).toBe(hostname);
    await child.view.settled({ name: 'kept' }, 'Healthy');
    expect((await child.view.elbv2.describeLoadBalancers({})).LoadBalancers).toHaveLength(1);
  });
});
