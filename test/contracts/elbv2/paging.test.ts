import { describe, expect, it } from 'vitest';
import type { Elbv2Account } from './elbv2-account';
import { aBalancer, aListener, aTargetGroup, codeOf, elbv2Account } from './elbv2-account';

type Page = (input: { PageSize?: number; Marker?: string | undefined }) => Promise<{ NextMarker?: string | undefined; items: readonly unknown[] | undefined }>;

/** What each Describe call lists of a load balancer with three listeners and their target groups. */
async function threeOfEach(account: Elbv2Account): Promise<Record<string, Page>> {
  const { elb } = account;
  const LoadBalancerArn = await aBalancer(account);
  const ListenerArns: string[] = [];
  for (const port of [80, 81, 82]) ListenerArns.push(await aListener(account, { balancer: LoadBalancerArn, group: await aTargetGroup(account, `group-${port}`), port }));
  return {
    DescribeListeners: async (page) => elb.describeListeners({ LoadBalancerArn, ...page }).then(({ Listeners: items, NextMarker }) => ({ items, NextMarker })),
    DescribeTargetGroups: async (page) => elb.describeTargetGroups(page).then(({ TargetGroups: items, NextMarker }) => ({ items, NextMarker })),
    'DescribeTargetGroups of a load balancer': async (page) => elb.describeTargetGroups({ LoadBalancerArn, ...page }).then(({ TargetGroups: items, NextMarker }) => ({ items, NextMarker })),
  };
}

/** AWS: the PageSize and Marker of each call. */
describe('pages', () => {
  it.each(['DescribeListeners', 'DescribeTargetGroups', 'DescribeTargetGroups of a load balancer'])('of %s follow one another, none twice, up to 400 at once', async (name) => {
    await using account = await elbv2Account();
    const page = (await threeOfEach(account))[name] ?? expect.fail(`no call ${name}`);
    const [first, all] = [await page({ PageSize: 2 }), await page({ PageSize: 400 })];
    expect([first.items?.length, all.items?.length, all.NextMarker]).toEqual([2, 3, undefined]);
    const second = await page({ PageSize: 2, Marker: first.NextMarker });
    expect(second.NextMarker).toBeUndefined();
    expect([...(first.items ?? []), ...(second.items ?? [])]).toEqual(all.items);
    expect(await codeOf(page({ PageSize: 401 }))).toBe('ValidationError');
    expect(await codeOf(page({ PageSize: 0 }))).toBe('ValidationError');
  });

  it('stay right when what was on the former page is deleted', async () => {
    await using account = await elbv2Account();
    const names = ['a', 'b', 'c', 'd'];
    const arns: string[] = [];
    for (const name of names) arns.push(await aTargetGroup(account, name));
    const first = await account.elb.describeTargetGroups({ PageSize: 2 });
    await account.elb.deleteTargetGroup({ TargetGroupArn: arns[0] });
    const second = await account.elb.describeTargetGroups({ PageSize: 2, Marker: first.NextMarker });
    expect(second.TargetGroups?.map(({ TargetGroupName }) => TargetGroupName)).toEqual(['c', 'd']);
  });
});

/** AWS: "AddTags", "Query protocol": what a document holds is escaped. */
describe('text', () => {
  it('comes back as it was written, whatever it holds', async () => {
    await using account = await elbv2Account();
    const LoadBalancerArn = await aBalancer(account);
    const Tags = [{ Key: 'a&b', Value: '<"it\'s">' }, { Key: 'ünï', Value: '  two  spaces  ' }, { Key: 'empty', Value: '' }];
    expect(await codeOf(account.elb.addTags({ ResourceArns: [LoadBalancerArn], Tags }))).toBe('accepted');
    const { TagDescriptions } = await account.elb.describeTags({ ResourceArns: [LoadBalancerArn] });
    expect(TagDescriptions?.[0]?.Tags).toEqual(Tags);
  });
});
