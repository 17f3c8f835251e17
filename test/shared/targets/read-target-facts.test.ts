import { describe, expect, it } from 'vitest';
import type { ClusterClient } from '../../../shared/kubernetes/cluster-client';
import { readNodes } from '../../../shared/targets/read-target-facts';

describe('nodes of targets', () => {
  it('are read to the end even when one of their references cannot be written: nothing goes on after the pass has failed', async () => {
    const written: string[] = [];
    const client = { get: () => Promise.resolve(undefined) } as unknown as ClusterClient;
    const refer = async (object: string) => {
      if (object === 'nodes#/broken') throw new Error('the table is throttled');
      for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
      written.push(object);
    };
    await expect(readNodes({ client, refer }, ['broken', 'slow'])).rejects.toThrow('throttled');
    expect(written).toEqual(['nodes#/slow']);
  });
});
