import { describe, expect, it } from 'vitest';
import { createClusterClient } from '../../../shared/kubernetes/client';
import { RESOURCES } from '../../../shared/kubernetes/cluster-client';
import type { ApiRequest, ApiResponse, Transport } from '../../../shared/kubernetes/transport';

/** A transport that answers from a list and remembers what it was asked. */
function scripted(answers: (Partial<ApiResponse> | Error)[]) {
  const requests: ApiRequest[] = [];
  const pauses: number[] = [];
  const transport: Transport = {
    send(request) {
      requests.push(request);
      const answer = answers[requests.length - 1];
      if (answer instanceof Error) return Promise.reject(answer);
      return Promise.resolve({ status: 200, headers: {}, body: '{}', ...answer });
    },
    async *lines() {},
  };
  const client = createClusterClient({ transport, cluster: 'demo', now: () => 0, pause: async (ms) => void pauses.push(ms) });
  return { client, requests, pauses };
}

const web = { namespace: 'shop', name: 'web' };
const refusal = (message: string) => JSON.stringify({ kind: 'Status', message });

describe('createClusterClient', () => {
  it('answers undefined for an object that is not there', async () => {
    const { client, requests } = scripted([{ status: 404 }]);
    expect(await client.get(RESOURCES.services, web)).toBeUndefined();
    expect(requests[0]?.path).toBe('/api/v1/namespaces/shop/services/web');
  });

  it('reads all pages of a list', async () => {
    const { client, requests } = scripted([{ body: JSON.stringify({ items: [{ metadata: { name: 'a' } }], metadata: { continue: 'next' } }) }, { body: JSON.stringify({ items: [{ metadata: { name: 'b' } }] }) }]);
    expect((await client.list(RESOURCES.endpointSlices, { namespace: 'shop', labelSelector: 'a=b' })).map((object) => object.metadata.name)).toEqual(['a', 'b']);
    expect(requests[1]?.path).toContain('continue=next');
  });

  it.each([
    [429, 'Throttled'],
    [409, 'Conflict'],
    [403, 'Denied'],
    [401, 'Denied'],
    [503, 'Transient'],
    [422, 'UserConfig'],
  ])('sorts status %i as %s and keeps the server’s own words', async (status, name) => {
    const { client } = scripted(Array.from({ length: 4 }, () => ({ status, body: refusal('because of it') })));
    await expect(client.patch(RESOURCES.services, web, { type: 'merge', body: {} })).rejects.toMatchObject({ name, message: expect.stringContaining('because of it') });
  });

  it('tries again after the time that the server asks for, and gives up when that is long', async () => {
    const short = scripted([{ status: 429, headers: { 'retry-after': '1' } }, {}]);
    await short.client.get(RESOURCES.services, web);
    expect(short.pauses).toEqual([1000]);
    const long = scripted([{ status: 429, headers: { 'retry-after': '60' } }]);
    await expect(long.client.get(RESOURCES.services, web)).rejects.toMatchObject({ name: 'Throttled', details: { retryAfterSeconds: 60 } });
  });

  it('tries again when the connection breaks, four times in all', async () => {
    const { client, requests } = scripted(Array.from({ length: 4 }, () => new Error('socket hang up')));
    await expect(client.get(RESOURCES.services, web)).rejects.toMatchObject({ name: 'Transient' });
    expect(requests).toHaveLength(4);
  });

  it('counts an Event up instead of telling it twice', async () => {
    const { client, requests } = scripted([{ status: 409 }, { body: JSON.stringify({ count: 2 }) }, {}]);
    await client.recordEvent({ object: { apiVersion: 'v1', kind: 'Service', namespace: 'shop', name: 'web', uid: 'u' }, type: 'Warning', reason: 'NoSubnet', message: 'none found' });
    expect(JSON.parse(requests[2]?.body ?? '')).toMatchObject({ count: 3 });
  });

  it('is silent about an Event in a namespace that is gone', async () => {
    const { client } = scripted([{ status: 404 }]);
    await expect(client.recordEvent({ object: { apiVersion: 'v1', kind: 'Service', namespace: 'gone', name: 'web' }, type: 'Normal', reason: 'Deleted', message: 'x' })).resolves.toBeUndefined();
  });
});
