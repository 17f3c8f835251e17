import type { DescribeAccountLimitsOutput } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Operations } from '../operation';
import type { Elbv2 } from './state';

/** Defaults per account and Region. AWS: "Quotas for your Network Load Balancers", "Quotas for your Application Load Balancers". */
export const defaultQuotas = {
  'application-load-balancers': 50,
  'network-load-balancers': 50,
  'target-groups': 3000,
  'targets-per-target-group': 1000,
  'targets-per-network-load-balancer': 3000,
  'targets-per-application-load-balancer': 1000,
  'listeners-per-application-load-balancer': 50,
  'listeners-per-network-load-balancer': 50,
  'rules-per-application-load-balancer': 100,
  'condition-values-per-alb-rule': 5,
  'condition-wildcards-per-alb-rule': 6,
  'target-groups-per-application-load-balancer': 100,
  'target-groups-per-action-on-application-load-balancer': 5,
  'target-groups-per-action-on-network-load-balancer': 5,
  'certificates-per-application-load-balancer': 25,
  'certificates-per-network-load-balancer': 25,
  'security-groups-per-load-balancer': 5,
  'tags-per-resource': 50,
} as const;

export type QuotaName = keyof typeof defaultQuotas;

/** Quotas by AWS's names. */
export type Quotas = Readonly<Record<QuotaName, number>>;

/** The operation that shows them. */
export function quotaOperations({ quotas }: Elbv2): Operations {
  return {
    DescribeAccountLimits: (): DescribeAccountLimitsOutput => ({ Limits: Object.entries(quotas).map(([Name, max]) => ({ Name, Max: String(max) })) }),
  };
}
