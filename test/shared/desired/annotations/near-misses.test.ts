import { describe, expect, it } from 'vitest';
import { nearMisses } from '../../../../shared/desired/annotations/near-misses';
import { SERVICE_ANNOTATIONS, SERVICE_PREFIX } from '../../../../shared/desired/annotations/service-table';

const missesOf = (...suffixes: string[]) => nearMisses({ prefix: SERVICE_PREFIX, table: SERVICE_ANNOTATIONS, annotations: Object.fromEntries(suffixes.map((suffix) => [`${SERVICE_PREFIX}/${suffix}`, 'x'])) }).map(({ key, meant }) => [key, meant].map((full) => full.slice(SERVICE_PREFIX.length + 1)));

describe('nearMisses', () => {
  it.each([
    ['aws-load-balancer-schema', 'aws-load-balancer-scheme'],
    ['aws-load-balancer-subnet', 'aws-load-balancer-subnets'],
    ['AWS-Load-Balancer-Type', 'aws-load-balancer-type'],
    ['aws-load-balancer-target-group-attribute.443', 'aws-load-balancer-target-group-attributes.…'],
    ['action.TCP-80', 'actions.…'],
  ])('sees that %s means %s', (written, meant) => expect(missesOf(written)).toEqual([[written, meant]]));

  it('says nothing of what is known, of families, and of other words', () => {
    expect(missesOf('aws-load-balancer-scheme', 'aws-load-balancer-target-group-attributes.443', 'actions.TLS-443', 'load-balancer-source-ranges', 'something-else')).toEqual([]);
  });
});
