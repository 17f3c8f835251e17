import { describe, expect, it } from 'vitest';
import { eksTokens } from '../../../shared/aws/eks-token';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const decode = (token: string) => new URL(Buffer.from(token.slice('k8s-aws-v1.'.length), 'base64url').toString());

describe('eksTokens', () => {
  it('signs GetCallerIdentity with the cluster in a header, without a network call', async () => {
    const token = await eksTokens({ region: 'us-west-2', clusterName: 'demo', credentials, now: () => Date.UTC(2026, 0, 1) })();
    expect(token).toMatch(/^k8s-aws-v1\.[A-Za-z0-9_-]+$/);
    const url = decode(token);
    expect(url.host).toBe('sts.us-west-2.amazonaws.com');
    expect(url.searchParams.get('Action')).toBe('GetCallerIdentity');
    expect(url.searchParams.get('X-Amz-SignedHeaders')).toBe('host;x-k8s-aws-id');
    expect(url.searchParams.has('x-k8s-aws-id')).toBe(false);
    expect(url.searchParams.get('X-Amz-Date')).toBe('20260101T000000Z');
  });

  it('keeps a token for ten minutes and signs a new one then', async () => {
    let now = Date.UTC(2026, 0, 1);
    const token = eksTokens({ region: 'us-west-2', clusterName: 'demo', credentials, now: () => now });
    const first = await token();
    now += 9 * 60_000;
    expect(await token()).toBe(first);
    now += 61_000;
    expect(await token()).not.toBe(first);
  });
});
