import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../../..');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vectors-'));
  mkdirSync(join(folder, 'environments'));
  mkdirSync(join(folder, 'service/topic'), { recursive: true });
  const environment = {
    cluster: { name: 'demo', region: 'us-west-2', accountId: '111122223333', vpcId: 'vpc-1' },
    settings: { defaultTags: { owner: 'web' } },
    vpc: { id: 'vpc-1', cidrBlocks: ['10.0.0.0/16'], ipv6CidrBlocks: [] },
    availabilityZones: [{ name: 'a', id: 'az1', zoneType: 'availability-zone' }],
    subnets: [{ id: 'subnet-1', availabilityZone: 'a', availabilityZoneId: 'az1', cidrBlock: '10.0.0.0/20', availableIpAddressCount: 100, tags: { 'kubernetes.io/role/internal-elb': '' } }],
  };
  writeFileSync(join(folder, 'environments/small.yaml'), JSON.stringify(environment));
});

afterAll(() => rmSync(folder, { recursive: true }));

const aVector = (name: string, content: object | string): string => {
  const file = join(folder, 'service/topic', `${name}.yaml`);
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
};

const aCase = (given: { annotations?: Record<string, string>; overrides?: object; kind?: string } = {}) => ({
  environment: 'small',
  ...(given.overrides && { overrides: given.overrides }),
  objects: [{ kind: 'Service', metadata: { name: 'web', namespace: 'default', uid: 'u', annotations: given.annotations ?? {} }, spec: { type: 'LoadBalancer', loadBalancerClass: 'service.k8s.aws/nlb', ports: [{ port: 80, targetPort: 8080, nodePort: 30080 }] } }],
  subject: { kind: given.kind ?? 'Service', namespace: 'default', name: 'web' },
});

const model = (...files: string[]): Promise<{ code: number; lines: Record<string, unknown>[]; errors: string }> =>
  new Promise((done) => {
    execFile(process.execPath, ['--import', 'tsx', 'infra/cli/model.ts', ...files], { cwd: ROOT }, (error, stdout, stderr) => {
      const lines = stdout.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>);
      done({ code: typeof error?.code === 'number' ? error.code : 0, lines, errors: stderr });
    });
  });

describe('npm run model', () => {
  it('prints a model, a refusal and what is pending, one line per file, and exits 0', async () => {
    const files = [aVector('good', aCase()), aVector('refused', aCase({ annotations: { 'service.beta.kubernetes.io/aws-load-balancer-scheme': 'x' } })), aVector('settings', aCase({ overrides: { settings: { defaultTargetType: 'alb' } } })), aVector('pending', aCase({ kind: 'Gateway' }))];
    const { code, lines } = await model(...files);
    expect(code).toBe(0);
    expect(lines.map(({ file }) => file)).toEqual(files);
    expect(lines[0]).toMatchObject({ backendSecurityGroupNeeded: true, model: { id: 'default/web', resources: { 'AWS::ElasticLoadBalancingV2::LoadBalancer': { LoadBalancer: { spec: { tags: { owner: 'web' }, subnetMapping: [{ subnetID: 'subnet-1' }] } } } } } });
    expect(lines.slice(1)).toMatchObject([{ error: { code: 'UnknownScheme' } }, { settingsRefused: true, error: { code: 'InvalidDefaultTargetType' } }, { pending: 'Gateway' }]);
  });

  it('says what is wrong with a file, answers the others, and exits 1', async () => {
    const aService = (spec: object) => ({ ...aCase(), objects: [{ kind: 'Service', metadata: { name: 'web', namespace: 'default' }, spec }] });
    const bad = [
      [aVector('no-yaml', 'a: [1'), 'Flow sequence'],
      [aVector('no-vector', { subject: {} }), 'is no vector'],
      [aVector('no-environment', { ...aCase(), environment: 'none' }), 'no environments/none.yaml in any folder above it'],
      [aVector('no-subject', { ...aCase(), objects: [] }), 'the subject Service default/web is not among the objects'],
      [aVector('no-port', aService({ ports: [{ port: '80' }] })), 'the Service default/web is not understood: ✖ Invalid input: expected number, received string   → at spec.ports[0].port'],
      [join(folder, 'absent.yaml'), 'cannot be read'],
    ] as const;
    const good = aVector('good', aCase());
    const { code, lines, errors } = await model(...bad.map(([file]) => file), good);
    expect(code).toBe(1);
    expect(lines.map(({ file }) => file)).toEqual([...bad.map(([file]) => file), good]);
    for (const [at, [file, why]] of bad.entries()) {
      expect(lines[at]).toEqual({ file, notUnderstood: expect.stringContaining(why) as string });
      expect(errors).toContain(`${file}: `);
    }
    expect(lines.at(-1)).toHaveProperty('model');
  });

  it('takes null for an absent value, as Kubernetes does', async () => {
    const { objects: [service] } = aCase();
    const withNulls = { ...aCase(), overrides: null, objects: [{ ...service, metadata: { ...service?.metadata, annotations: null, finalizers: null }, spec: { ...service?.spec, loadBalancerSourceRanges: null, ipFamilies: null, externalTrafficPolicy: null } }] };
    const { lines: [bare, full] } = await model(aVector('nulls', withNulls), aVector('good', aCase()));
    expect(bare?.model).toEqual(full?.model);
  });
});
