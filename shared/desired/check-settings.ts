import type { Settings } from '../contract/settings';
import type { ReasonCode } from './reasons';
import { oneOf, quote } from './text';
import { TRACKING_KEYS } from './tracking';

/** Something in a cluster's settings with which nothing may be built. */
export interface SettingsProblem {
  readonly code: ReasonCode;
  readonly message: string;
}

const SCHEMES = ['internal', 'internet-facing'];
const TARGET_TYPES = ['instance', 'ip'];

/** What is wrong with a cluster's name and settings beyond their types; LBC does not start with these (LBC's behaviour §8.1). Empty: nothing. */
export function checkSettings(settings: Settings, cluster: { readonly name: string }): SettingsProblem[] {
  const problems: SettingsProblem[] = [];
  const require = (holds: boolean, code: ReasonCode, message: string): void => void (holds || problems.push({ code, message }));
  require(cluster.name !== '', 'ClusterNameMissing', 'the name of the cluster must not be empty: it stands in every tag and hash');
  for (const [setting, keys] of [['defaultTags', Object.keys(settings.defaultTags)], ['externalManagedTags', settings.externalManagedTags]] as const) {
    const tracking = keys.filter((key) => TRACKING_KEYS.includes(key));
    require(tracking.length === 0, 'TrackingTagInSettings', `setting ${setting} must not hold ${tracking.map(quote).join(', ')}, which says who owns a resource; remove it`);
  }
  const both = Object.keys(settings.defaultTags).filter((key) => settings.externalManagedTags.includes(key));
  require(both.length === 0, 'TagManagedTwice', `${both.map(quote).join(', ')} must not stand in both defaultTags and externalManagedTags; decide who sets it`);
  require(SCHEMES.includes(settings.defaultLoadBalancerScheme), 'InvalidDefaultScheme', `setting defaultLoadBalancerScheme must be ${oneOf(SCHEMES)}, got ${quote(settings.defaultLoadBalancerScheme)}`);
  require(TARGET_TYPES.includes(settings.defaultTargetType), 'InvalidDefaultTargetType', `setting defaultTargetType must be ${oneOf(TARGET_TYPES)}, got ${quote(settings.defaultTargetType)}`);
  const group = settings.backendSecurityGroup;
  require(group === '' || group.startsWith('sg-'), 'InvalidBackendSecurityGroup', `setting backendSecurityGroup must be empty or an id that starts with sg-, got ${quote(group)}`);
  require(settings.enableBackendSecurityGroup || !settings.enableManageBackendSecurityGroupRules, 'ManagedRulesNeedBackendGroup', 'setting enableManageBackendSecurityGroupRules needs enableBackendSecurityGroup; switch the latter on, or the former off');
  return problems;
}
