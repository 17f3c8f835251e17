import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ContributedRule } from '../../../../shared/contract/items';
import { aggregateRules } from '../../../../shared/desired/targets/aggregate-rules';
import { carriesLabel, planRules } from '../../../../shared/desired/targets/plan-rules';
import { ruleText } from '../../../../shared/desired/targets/required-rules';

const port = fc.integer({ min: 1, max: 65_535 });
const source = fc.oneof(fc.record({ groupId: fc.constantFrom('sg-1', 'sg-2') }), fc.record({ cidr: fc.constantFrom('10.0.0.0/8', '10.1.2.3/16', '2001:db8::/32') }));
const rule: fc.Arbitrary<ContributedRule> = fc.record({ protocol: fc.constantFrom('tcp' as const, 'udp' as const), source, ports: fc.tuple(port, port) }).map(({ protocol, source, ports: [a, b] }) => ({ protocol, source, fromPort: Math.min(a, b), toPort: Math.max(a, b) }));
const contributions = fc.array(fc.record({ rules: fc.array(rule, { maxLength: 5 }), separate: fc.boolean() }), { maxLength: 5 });

const covers = (wide: ContributedRule, narrow: ContributedRule) =>
  wide.protocol === narrow.protocol && Object.values(wide.source)[0] === Object.values(narrow.source)[0] && wide.fromPort <= narrow.fromPort && narrow.toPort <= wide.toPort;

describe('the sum of what bindings need', () => {
  it('covers every rule, once, in any order', () => {
    fc.assert(
      fc.property(contributions, (given) => {
        const sum = aggregateRules(given);
        for (const wanted of given.flatMap(({ rules }) => rules)) expect(sum.some((rule) => covers(rule, wanted))).toBe(true);
        expect(new Set(sum.map(ruleText)).size).toBe(sum.length);
        expect(aggregateRules([...given].reverse())).toEqual(sum);
      }),
    );
  });

  it('has one rule per protocol and source group where rules may widen', () => {
    fc.assert(
      fc.property(contributions, (given) => {
        const sum = aggregateRules(given.map(({ rules }) => ({ rules, separate: false }))).filter(({ source }) => 'groupId' in source);
        expect(new Set(sum.map(({ protocol, source }) => `${protocol} ${JSON.stringify(source)}`)).size).toBe(sum.length);
      }),
    );
  });

  it('takes port 0 from a group for every port', () => {
    const zero = { protocol: 'tcp', fromPort: 0, toPort: 0, source: { groupId: 'sg-1' } } as const;
    expect(aggregateRules([{ rules: [zero], separate: false }])).toMatchObject([{ fromPort: 0, toPort: 65_535 }]);
    expect(aggregateRules([{ rules: [zero], separate: true }])).toMatchObject([{ fromPort: 0, toPort: 0 }]);
  });
});

describe('the plan of a group', () => {
  it('is empty against what it made', () => {
    fc.assert(
      fc.property(contributions, (given) => {
        const desired = aggregateRules(given);
        expect(planRules({ desired, observed: desired, isOurs: () => true })).toEqual({ authorize: [], revoke: [] });
      }),
    );
  });

  it('compares CIDR blocks as EC2 keeps them', () => {
    const wish = { protocol: 'tcp', fromPort: 80, toPort: 80, source: { cidr: '10.20.5.7/16' } } as const;
    expect(planRules({ desired: [wish], observed: [{ ...wish, source: { cidr: '10.20.0.0/16' } }], isOurs: () => true })).toEqual({ authorize: [], revoke: [] });
  });

  it('revokes only what is said to be ours', () => {
    const observed = [{ protocol: '-1', source: { groupId: 'sg-9' } }, { protocol: 'icmp', fromPort: 3, toPort: 4, source: { cidr: '0.0.0.0/0' } }];
    expect(planRules({ desired: [], observed, isOurs: ({ protocol }) => protocol === '-1' }).revoke).toEqual([observed[0]]);
  });
});

describe('our label', () => {
  const label = 'elbv2.k8s.aws/targetGroupBinding=shared';
  it.each([
    [label, true],
    [`made by x ${label}`, true],
    [`${label},more=1`, true],
    [`more=1,${label}`, true],
    [`${label} and more`, false],
    ['elbv2.k8s.aws/targetGroupBinding=own', false],
    [`my-${label}`, false],
    [undefined, false],
  ])('in %j counts: %s', (description, expected) => {
    expect(carriesLabel(description)).toBe(expected);
  });
});
