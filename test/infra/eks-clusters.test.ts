import { describe, expect, it } from 'vitest';
import { parseEksClusters } from '../../infra/eks-clusters';

describe('the context parameter eksClusters', () => {
  it.each([
    [undefined, []],
    [[], []],
    [[{ id: 'prod' }], [{ id: 'prod' }]],
    ['[{"id":"prod","name":"my-eks"}]', [{ id: 'prod', name: 'my-eks' }]],
  ])('may be %j', (context, clusters) => {
    expect(parseEksClusters(context)).toEqual(clusters);
  });

  it.each(['prod', '{"id":"prod"}', [{ id: 'Prod' }], [{ id: 'prod', nmae: 'x' }], [{ name: 'my-eks' }]])('is refused with what was expected: %j', (context) => {
    expect(() => parseEksClusters(context)).toThrow(/context eksClusters: expected a list like/);
  });
});
