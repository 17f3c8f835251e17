import { describe, expect, it } from 'vitest';
import { refusedByAws } from './refused-by-aws';
import { adoptionFiles, replayFile } from './replay-world';

describe.each(['service', 'ingress'] as const)('replaying what LBC wrote for a %s', (kind) => {
  it.each(adoptionFiles(kind))('%s: every call is accepted, but for what AWS refuses', async (file) => {
    const { refused, skipped, kubernetes } = await replayFile(file);
    expect(refused.map(({ operation, code }) => `${operation} ${code}`)).toEqual(refusedByAws[file] ?? []);
    if (refusedByAws[file] !== undefined) return;
    expect(skipped).toEqual([]);
    expect(JSON.stringify(kubernetes)).not.toContain('$out');
  });
});

describe('replayAdoption', () => {
  it('puts the load balancer’s host name into the objects in lower case', async () => {
    const { kubernetes, elbv2 } = await replayFile('service/addresses--eips-by-position-in-discovered-order.yaml');
    const [balancer] = elbv2.state.loadBalancers.values();
    expect(JSON.stringify(kubernetes)).toContain(`"hostname":"${balancer?.dnsName.toLowerCase()}"`);
  });

  it('puts the target group’s ARN into the bindings', async () => {
    const { kubernetes, elbv2 } = await replayFile('service/addresses--eips-by-position-in-discovered-order.yaml');
    const [group] = elbv2.state.targetGroups.values();
    expect(JSON.stringify(kubernetes)).toContain(`"targetGroupARN":"${group?.arn}"`);
  });

  it('skips what depends on a refused call', async () => {
    const { refused, skipped } = await replayFile('service/tls--certificate-not-validated.yaml');
    expect([refused.length, skipped.length]).toEqual([1, 1]);
  });
});
