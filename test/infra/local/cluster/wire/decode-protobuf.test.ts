import { describe, expect, it } from 'vitest';
import { decodeProtobuf } from '../../../../../infra/local/cluster/wire/decode-protobuf';

/** A field with bytes: number, length, content. */
const field = (number: number, content: Buffer | string) => Buffer.concat([Buffer.from([(number << 3) | 2, Buffer.from(content).length]), Buffer.from(content)]);
const whole = (number: number, value: number) => Buffer.from([number << 3, value]);
const body = (apiVersion: string, kind: string, ...fields: Buffer[]) =>
  Buffer.concat([Buffer.from('k8s\0'), field(1, Buffer.concat([field(1, apiVersion), field(2, kind)])), field(2, Buffer.concat(fields))]);

describe('a protobuf body', () => {
  it('reads names, maps and times, and leaves out what Go wrote only because it always does', () => {
    const label = Buffer.concat([field(1, 'app'), field(2, 'web')]);
    const metadata = field(1, Buffer.concat([field(1, 'web'), field(2, ''), field(8, ''), field(9, whole(1, 60)), field(11, label), field(14, 'x.io/a'), field(14, 'x.io/b')]));
    expect(decodeProtobuf(body('v1', 'Namespace', metadata, field(2, ''), field(3, field(1, ''))))).toEqual({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'web', deletionTimestamp: '1970-01-01T00:01:00Z', labels: { app: 'web' }, finalizers: ['x.io/a', 'x.io/b'] },
    });
  });

  it('keeps a zero that somebody meant', () => {
    expect(decodeProtobuf(body('apps/v1', 'Deployment', field(2, Buffer.concat([whole(1, 0), whole(5, 0)]))))).toMatchObject({ spec: { replicas: 0 } });
  });

  it('reads ports that are numbers or names, and bytes as base64', () => {
    const port = (target: Buffer) => field(1, Buffer.concat([whole(3, 80), field(4, target)]));
    const spec = field(2, Buffer.concat([port(whole(2, 90)), port(Buffer.concat([whole(1, 1), field(3, 'http')]))]));
    expect(decodeProtobuf(body('v1', 'Service', spec))).toMatchObject({ spec: { ports: [{ port: 80, targetPort: 90 }, { port: 80, targetPort: 'http' }] } });
    expect(decodeProtobuf(body('v1', 'Secret', field(2, Buffer.concat([field(1, 'a'), field(2, 'b')]))))).toMatchObject({ data: { a: 'Yg==' } });
  });

  it('puts embedded structures where JSON has them', () => {
    const volume = field(1, Buffer.concat([field(1, 'v'), field(2, field(2, ''))]));
    expect(decodeProtobuf(body('v1', 'Pod', field(2, volume)))).toMatchObject({ spec: { volumes: [{ name: 'v', emptyDir: {} }] } });
  });

  it('is left alone when it is something else', () => {
    expect(decodeProtobuf(Buffer.from('{"kind":"Pod"}'))).toBeUndefined();
    expect(decodeProtobuf(body('x.io/v1', 'Thing'))).toBeUndefined();
  });
});
