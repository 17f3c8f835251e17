import { describe, expect, it } from 'vitest';
import { shareReads } from '../../../shared/targets/share-reads';

function counting() {
  const asked: string[] = [];
  const read = (name: string) => (filters: object) => {
    asked.push(`${name} ${JSON.stringify(filters)}`);
    return Promise.resolve([]);
  };
  return { asked, ec2: { describeVpcs: read('vpcs'), describeInstances: read('instances'), describeNetworkInterfaces: read('interfaces') } };
}

describe('reads that a batch shares', () => {
  it('are made once, also at the same time and in another order of values', async () => {
    const { asked, ec2 } = counting();
    const shared = shareReads(ec2);
    await Promise.all([shared.describeInstances({ 'instance-id': ['i-1', 'i-2'] }), shared.describeInstances({ 'instance-id': ['i-2', 'i-1'] }), shared.describeVpcs({ 'vpc-id': ['vpc-1'] }), shared.describeVpcs({ 'vpc-id': ['vpc-1'] })]);
    expect(asked).toHaveLength(2);
  });

  it('are not mixed up: another question is asked, and another batch asks again', async () => {
    const { asked, ec2 } = counting();
    const shared = shareReads(ec2);
    await shared.describeInstances({ 'instance-id': ['i-1'] });
    await shared.describeInstances({ 'instance-id': ['i-2'] });
    await shareReads(ec2).describeInstances({ 'instance-id': ['i-1'] });
    expect(asked).toHaveLength(3);
  });

  it('are none that decide about a deletion', async () => {
    const { asked, ec2 } = counting();
    const shared = shareReads(ec2);
    await shared.describeNetworkInterfaces({ 'group-id': ['sg-1'] });
    await shared.describeNetworkInterfaces({ 'group-id': ['sg-1'] });
    expect(asked).toHaveLength(2);
  });

  it('fail together', async () => {
    let tries = 0;
    const fails = (filters: object) => Promise.reject(new Error(`throttled ${(tries += 1)}: ${JSON.stringify(filters)}`));
    const shared = shareReads({ describeVpcs: fails, describeInstances: fails });
    const outcomes = await Promise.allSettled([shared.describeVpcs({ 'vpc-id': ['vpc-1'] }), shared.describeVpcs({ 'vpc-id': ['vpc-1'] })]);
    expect([outcomes.map(({ status }) => status), tries]).toEqual([['rejected', 'rejected'], 1]);
  });
});
