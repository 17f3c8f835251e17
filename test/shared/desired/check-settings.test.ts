import { describe, expect, it } from 'vitest';
import { Settings } from '../../../shared/contract/settings';
import { checkSettings } from '../../../shared/desired/check-settings';

const codes = (settings: object, name = 'demo') => checkSettings(Settings.parse(settings), { name }).map(({ code }) => code);

describe('checkSettings', () => {
  it('takes the defaults', () => expect(codes({})).toEqual([]));

  it.each([
    ['ClusterNameMissing', {}, ''],
    ['InvalidDefaultScheme', { defaultLoadBalancerScheme: 'public' }],
    ['InvalidDefaultTargetType', { defaultTargetType: 'alb' }],
    ['TrackingTagInSettings', { defaultTags: { 'gateway.k8s.aws.nlb/resource': 'x' } }],
    ['TrackingTagInSettings', { externalManagedTags: ['elbv2.k8s.aws/cluster'] }],
    ['TagManagedTwice', { defaultTags: { billing: 'x' }, externalManagedTags: ['billing'] }],
    ['InvalidBackendSecurityGroup', { backendSecurityGroup: 'backend' }],
    ['ManagedRulesNeedBackendGroup', { enableBackendSecurityGroup: false, enableManageBackendSecurityGroupRules: true }],
  ])('refuses with %s: %j', (code, settings, name = 'demo') => expect(codes(settings, name)).toEqual([code]));
});
