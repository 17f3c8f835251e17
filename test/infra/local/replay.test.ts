import { describe, expect, it } from 'vitest';
import { adoptionFiles, replayFile } from './replay-world';

/**
 * What AWS refuses though LBC sends it (LBC does not check; see notes-adoption.md, "What the in-memory AWS does not check").
 * Per file: each refused operation with the SDK's name of the error.
 */
const refusedByAws: Readonly<Record<string, readonly string[]>> = {
  'service/addresses--eips-not-validated.yaml': ['CreateLoadBalancer AllocationIdNotFoundException'],
  'service/annotation-parsing--slice-no-escape.yaml': ['AuthorizeSecurityGroupIngress InvalidParameterValue'],
  'service/defects--shared-extra-service-keeps-first-protocol.yaml': ['CreateListener IncompatibleProtocolsException'],
  'service/listeners--sctp.yaml': ['AuthorizeSecurityGroupIngress InvalidParameterValue', 'CreateTargetGroup ValidationError'],
  'service/load-balancer-attributes--access-logs-without-bucket.yaml': ['ModifyLoadBalancerAttributes InvalidConfigurationRequestException'],
  'service/load-balancer-attributes--deletion-protection-not-checked.yaml': ['ModifyLoadBalancerAttributes ValidationError'],
  'service/managed-security-group--host-address-without-length.yaml': ['AuthorizeSecurityGroupIngress InvalidParameterValue'],
  'service/managed-security-group--ranges-not-validated.yaml': ['AuthorizeSecurityGroupIngress InvalidParameterValue'],
  'service/minimum-capacity--negative.yaml': ['ModifyCapacityReservation ValidationError'],
  'service/names--custom-name-empty.yaml': ['CreateLoadBalancer ValidationError'],
  'service/names--custom-name-not-validated.yaml': ['CreateLoadBalancer ValidationError'],
  'service/subnets-annotation--other-vpc-by-id.yaml': ['CreateLoadBalancer InvalidConfigurationRequestException'],
  'service/target-group-attributes--empty-value.yaml': ['ModifyTargetGroupAttributes ValidationError', 'ModifyTargetGroupAttributes ValidationError'],
  'service/target-group-attributes--preserve-client-ip.yaml': ['ModifyTargetGroupAttributes ValidationError', 'ModifyTargetGroupAttributes ValidationError'],
  'service/target-rules-by-address--udp-preserve-client-ip-off.yaml': ['ModifyTargetGroupAttributes ValidationError'],
  'service/tls--certificate-not-validated.yaml': ['CreateListener CertificateNotFoundException'],
  'service/weighted--many-target-groups.yaml': ['CreateListener ValidationError'],
  'ingress/actions--redirect-code-is-not-checked.yaml': ['CreateRule ValidationError'],
  'ingress/capacity-and-pools--ipam-pool-internal.yaml': ['CreateLoadBalancer InvalidConfigurationRequestException'],
  'ingress/conditions--http-header-without-name.yaml': ['CreateRule ValidationError'],
  'ingress/conditions--source-ip-is-not-checked.yaml': ['CreateRule ValidationError'],
  'ingress/existing--existing-subnets-are-not-checked.yaml': ['SetIpAddressType InvalidSubnetException'],
  'ingress/existing--frontend-nlb-mistaken-for-alb.yaml': ['CreateLoadBalancer ValidationError'],
  'ingress/frontend-nlb--name-from-empty-name-in-group.yaml': ['CreateLoadBalancer ValidationError', 'CreateLoadBalancer ValidationError'],
  'ingress/frontend-nlb--name-from-empty-name.yaml': ['CreateLoadBalancer ValidationError'],
  'ingress/jwt-validation--claim-format-is-not-checked.yaml': ['CreateRule ValidationError'],
  'ingress/names--load-balancer-name-is-not-checked.yaml': ['CreateLoadBalancer ValidationError'],
  'ingress/security-groups--explicit-of-another-vpc.yaml': ['CreateLoadBalancer InvalidConfigurationRequestException'],
  'ingress/ssl--certificate-arn-is-not-checked.yaml': ['CreateListener CertificateNotFoundException'],
  'ingress/subnets--by-id-does-not-check-cluster-tag.yaml': ['CreateLoadBalancer InvalidSubnetException'],
  'ingress/subnets--by-id-of-another-vpc.yaml': ['CreateLoadBalancer InvalidConfigurationRequestException'],
  'ingress/subnets--one-zone-with-gate.yaml': ['CreateLoadBalancer ValidationError'],
  'ingress/target-groups--success-codes-are-not-checked.yaml': ['CreateTargetGroup ValidationError'],
};

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
