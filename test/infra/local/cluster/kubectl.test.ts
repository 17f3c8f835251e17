import { execFile, execFileSync, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { aDeployment, aService } from './a-cluster';
import type { ListeningCluster } from './a-listening-cluster';
import { aListeningCluster } from './a-listening-cluster';

/** Missing in CI, kubectl is a failure; elsewhere these tests are skipped, and say so in their name. */
const found = hasKubectl();
if (!found && process.env['CI'] === 'true') throw new Error('kubectl is not on the PATH: install it, these tests are part of the build');

function hasKubectl(): boolean {
  try {
    execFileSync('kubectl', ['version', '--client'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

let server: ListeningCluster;
beforeAll(async () => {
  server = await aListeningCluster();
});
afterAll(() => server.close());

/** Its own home, so that no cache or configuration of this machine plays a part. */
const environment = () => ({ ...process.env, KUBECONFIG: server.kubeconfigFile, HOME: server.folder, KUBE_EDITOR: 'sed -i s/replicas:.*/replicas:\\ 2/' });

/** Runs kubectl in the namespace `web` and answers what it prints; rejects, with its words, when it fails. */
async function kubectl(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('kubectl', args, { env: environment(), timeout: 30_000 });
  return stdout;
}

/** The words with which kubectl fails. */
async function failing(...args: string[]): Promise<string> {
  return kubectl(...args).then(
    (text) => expect.unreachable(`expected a failure, got: ${text}`),
    (error: { stderr?: string }) => error.stderr ?? '',
  );
}

function manifest(...objects: object[]): string {
  const path = join(server.folder, 'manifest.yaml');
  writeFileSync(path, objects.map((object) => stringify(object)).join('---\n'));
  return path;
}

const web = () => [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'web' } },
  { ...aDeployment('web'), metadata: { name: 'web', namespace: 'web' } },
  { ...aService('web', { type: 'LoadBalancer', ports: [{ port: 80, targetPort: 'http' }] }), metadata: { name: 'web', namespace: 'web' } },
];

describe.skipIf(!found)(`kubectl${found ? '' : ' (skipped: not on the PATH)'}`, () => {
  it('applies a manifest, and finds nothing to change the second time', async () => {
    const file = manifest(...web());
    expect(await kubectl('apply', '-f', file)).toBe('namespace/web created\ndeployment.apps/web created\nservice/web created\n');
    expect(await kubectl('rollout', 'status', '-n', 'web', 'deployment/web')).toContain('successfully rolled out');
    expect(await kubectl('apply', '-f', file)).toBe('namespace/web unchanged\ndeployment.apps/web unchanged\nservice/web unchanged\n');
  });

  it('shows tables, wide and plain, yaml and json', async () => {
    expect(await kubectl('get', 'svc', '-n', 'web')).toMatch(/NAME +TYPE +CLUSTER-IP +EXTERNAL-IP +PORT\(S\) +AGE\nweb +LoadBalancer +172\.20\.\S+ +<pending> +80:3\d{4}\/TCP +\d+s\n/);
    expect(await kubectl('get', 'pods', '-n', 'web', '-o', 'wide')).toMatch(/web-\S+ +1\/1 +Running +0 +\d+s +192\.168\.\d+\.\d+ +ip-\S+ +<none> +<none>/);
    expect(await kubectl('get', 'nodes')).toMatch(/ip-192-168-0-10\.us-west-2\.compute\.internal +Ready +<none> +\d+s +v1\.33\.4/);
    expect(await kubectl('get', 'deploy,rs,endpointslices,endpoints', '-n', 'web')).toMatch(/deployment\.apps\/web +3\/3 +3 +3/);
    expect(JSON.parse(await kubectl('get', 'svc', 'web', '-n', 'web', '-o', 'json'))).toMatchObject({ spec: { type: 'LoadBalancer' } });
    expect(await kubectl('get', 'all', '-n', 'web')).toContain('service/web');
    expect(await kubectl('get', 'events', '-n', 'web')).toContain('ScalingReplicaSet');
    expect(await kubectl('events', '-n', 'web')).toContain('ScalingReplicaSet');
  });

  it('describes what belongs together', async () => {
    const text = await kubectl('describe', 'svc', 'web', '-n', 'web');
    expect(text).toMatch(/Endpoints: +192\.168\.\d+\.\d+:80,192\.168\.\d+\.\d+:80,192\.168\.\d+\.\d+:80/);
    for (const kind of ['deployment', 'pod', 'node', 'namespace']) expect(await kubectl('describe', kind, '-n', 'web')).toMatch(/Name: +\S+/);
  });

  it('scales, annotates, labels, patches, edits and rolls', async () => {
    await kubectl('scale', '-n', 'web', 'deployment/web', '--replicas=5');
    expect(await kubectl('rollout', 'status', '-n', 'web', 'deployment/web')).toContain('successfully rolled out');
    await kubectl('annotate', '-n', 'web', 'svc/web', 'a.b/c=d');
    await kubectl('label', '-n', 'web', 'svc/web', 'tier=front');
    await kubectl('patch', '-n', 'web', 'svc/web', '-p', '{"spec":{"ports":[{"port":80,"name":"http"},{"port":443,"name":"https"}]}}');
    await kubectl('patch', '-n', 'web', 'svc/web', '--type=json', '-p', '[{"op":"remove","path":"/spec/ports/1"}]');
    expect(await kubectl('get', 'svc', 'web', '-n', 'web', '-o', 'jsonpath={.metadata.annotations.a\\.b/c} {.metadata.labels.tier} {.spec.ports[*].name}')).toBe('d front http');
    expect(await kubectl('edit', '-n', 'web', 'deployment/web')).toContain('deployment.apps/web edited');
    expect(await kubectl('get', 'deployment', 'web', '-n', 'web', '-o', 'jsonpath={.spec.replicas}')).toBe('2');
    await kubectl('rollout', 'restart', '-n', 'web', 'deployment/web');
    expect(await kubectl('rollout', 'status', '-n', 'web', 'deployment/web')).toContain('successfully rolled out');
    await kubectl('wait', '-n', 'web', 'deployment/web', '--for=condition=Available', '--timeout=20s');
  });

  it('applies from the server side, and says who stands in the way', async () => {
    const file = manifest({ ...aService('web', { type: 'LoadBalancer', ports: [{ port: 80, targetPort: 8080 }] }), metadata: { name: 'web', namespace: 'web' } });
    expect(await failing('apply', '--server-side', '-f', file)).toMatch(/Apply failed with 1 conflict: conflict with "kubectl-client-side-apply" using v1: \.spec\.ports\[port=80,protocol="TCP"\]\.targetPort/);
    expect(await kubectl('apply', '--server-side', '--force-conflicts', '-f', file)).toContain('service/web serverside-applied');
  });

  it('refuses typing errors in a manifest with the reason', async () => {
    const file = manifest({ ...aService('typo', { prots: [] }), metadata: { name: 'typo', namespace: 'web' } });
    expect(await failing('apply', '-f', file)).toContain('strict decoding error: unknown field "spec.prots"');
  });

  it('says of a kind that is not here that it is not', async () => {
    const file = manifest({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'job', namespace: 'web' } });
    for (const command of ['apply', 'create', 'diff']) expect(await failing(command, '-f', file)).toContain('no matches for kind "Job" in version "batch/v1"');
  });

  it('serves a CRD that is applied, and updates its objects', async () => {
    await kubectl('apply', '-f', 'infra/cluster/crds/target-group-binding.yaml');
    await kubectl('wait', '--for=condition=Established', 'crd/targetgroupbindings.elbv2.k8s.aws', '--timeout=20s');
    const binding = (vpcID: string) => manifest({ apiVersion: 'elbv2.k8s.aws/v1beta1', kind: 'TargetGroupBinding', metadata: { name: 'k8s-web', namespace: 'web' }, spec: { serviceRef: { name: 'web', port: 80 }, targetGroupARN: 'arn:x', targetType: 'ip', vpcID } });
    await kubectl('apply', '-f', binding('vpc-1'));
    expect(await kubectl('apply', '-f', binding('vpc-2'))).toContain('k8s-web configured');
    expect(await kubectl('get', 'targetgroupbindings', '-n', 'web', '-o', 'wide')).toMatch(/NAME +SERVICE-NAME +SERVICE-PORT +TARGET-TYPE +ARN +AGE\nk8s-web +web +80 +ip +arn:x +\d+s/);
    expect(await kubectl('explain', 'targetgroupbinding.spec.serviceRef')).toContain('port\t<Object> -required-');
  });

  it('knows what there is and what is allowed', async () => {
    expect(await kubectl('api-resources', '--namespaced=true')).toMatch(/services +svc +v1 +true +Service/);
    expect(await kubectl('api-versions')).toContain('discovery.k8s.io/v1');
    expect(await kubectl('version')).toContain('Server Version: v1.33.4');
    expect(await kubectl('explain', 'service.spec.ports')).toContain('targetPort');
  });

  it('says who asks', async () => {
    expect(await kubectl('auth', 'whoami')).toMatch(/Username +local/);
  });

  it.each([['logs', 'log'], ['exec', 'exec', '--', 'ls'], ['attach', 'attach'], ['port-forward', 'portforward', '8080:80']])('says why %s cannot be had', async (command, subresource, ...rest) => {
    const [pod = ''] = (await kubectl('get', 'pods', '-n', 'web', '-o', 'name')).split('\n');
    expect(await failing(command, '-n', 'web', pod, ...rest)).toContain(`the local cluster runs no containers: pods have no ${subresource}`);
  });

  it('creates by command, for which newer versions send protobuf', async () => {
    await kubectl('create', 'namespace', 'made');
    await kubectl('create', 'deployment', 'made', '-n', 'made', '--image=nginx:1.27', '--replicas=2', '--port=80');
    await kubectl('create', 'configmap', 'made', '-n', 'made', '--from-literal=a=b');
    await kubectl('create', 'secret', 'generic', 'made', '-n', 'made', '--from-literal=a=b');
    await kubectl('expose', 'deployment', 'made', '-n', 'made', '--port=80', '--target-port=8080', '--type=LoadBalancer');
    expect(await kubectl('get', 'deployment', 'made', '-n', 'made', '-o', 'jsonpath={.spec.replicas} {.spec.template.spec.containers[0].ports[0].containerPort}')).toBe('2 80');
    expect(await kubectl('get', 'secret,configmap', 'made', '-n', 'made', '-o', 'jsonpath={.items[*].data.a}')).toBe('Yg== b');
    expect(await kubectl('get', 'svc', 'made', '-n', 'made', '-o', 'jsonpath={.spec.type} {.spec.ports[0].targetPort}')).toBe('LoadBalancer 8080');
    expect((await kubectl('auth', 'can-i', 'create', 'services')).trim()).toBe('yes');
    await kubectl('delete', 'namespace', 'made', '--timeout=25s');
  });

  it('cordons and drains a node', async () => {
    const [node = ''] = (await kubectl('get', 'nodes', '-o', 'name')).split('\n');
    await kubectl('drain', node, '--timeout=20s', '--force');
    expect(await kubectl('get', node)).toContain('Ready,SchedulingDisabled');
    await kubectl('uncordon', node);
  });

  it('changes the strategy of a Deployment', async () => {
    const strategy = (spec: { strategy: object }) => manifest({ ...aDeployment('web', spec), metadata: { name: 'web', namespace: 'web' } });
    await kubectl('apply', '-f', strategy({ strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } }));
    await kubectl('apply', '-f', strategy({ strategy: { type: 'Recreate' } }));
    expect(JSON.parse(await kubectl('get', 'deployment', 'web', '-n', 'web', '-o', 'jsonpath={.spec.strategy}'))).toEqual({ type: 'Recreate' });
  });

  it('watches changes as they come', async () => {
    const watching = spawn('kubectl', ['get', 'svc', '-n', 'web', '-w'], { env: environment() });
    let seen = '';
    // kubectl writes a table cell by cell: what arrives together is no line.
    watching.stdout.on('data', (chunk: Buffer) => void (seen += chunk.toString()));
    const shows = (words: RegExp) => new Promise<void>((resolve, reject) => {
      watching.stdout.on('data', () => void (words.test(seen) && resolve()));
      watching.once('exit', () => reject(new Error(`expected ${words.source}, kubectl ended with: ${seen}`)));
    });
    const hostname = shows(/^web +LoadBalancer +\S+ +a\.elb\.amazonaws\.com /m);
    await shows(/^web +LoadBalancer .*\n/m);
    await kubectl('patch', '-n', 'web', 'svc/web', '--subresource=status', '--type=merge', '-p', '{"status":{"loadBalancer":{"ingress":[{"hostname":"a.elb.amazonaws.com"}]}}}');
    await hostname;
    watching.removeAllListeners('exit').kill();
  });

  it('deletes a namespace, and waits until all of it is gone', async () => {
    expect(await kubectl('delete', 'namespace', 'web', '--timeout=25s')).toContain('namespace "web" deleted');
    expect(await failing('get', 'namespace', 'web')).toContain('namespaces "web" not found');
  });
});
