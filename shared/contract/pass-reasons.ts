/**
 * Reason codes that are given while a plan is judged and carried out, and by the target lane; those of the heart are in `shared/desired/reasons.ts`. Part of our API as well:
 * never rename one.
 */
export const PASS_REASONS = {
  // Events of an object that is well, or going.
  SuccessfullyReconciled: 'What was done; the only one that is no Warning.',
  DeletionContinuesWithoutObject: 'AWS refused a deletion for longer than finalizerDeadline; the object was let go, and what is left is deleted later.',

  // Plans.
  LbcIsRunning: 'The AWS Load Balancer Controller runs in the cluster; nothing is written beside it.',
  PlanNotOwned: 'Something was to be deleted that does not carry our tags; it stays.',
  PlanTooManyDeletions: 'More load balancers and target groups would be deleted in ten minutes than maxDeletes allows.',
  PlanEmptiesTargetGroup: 'A listener would be left without targets.',
  PlanNeedsApproval: 'A load balancer would be replaced, given up or made beside that of somebody else; a person must approve that very plan.',
  AddressesCannotMove: 'An Elastic IP is to go from one subnet that stays to another.',
  DeletionProtectedInAws: 'Somebody switched deletion protection on in AWS, and the object does not state it.',

  // Load balancers and their targets.
  NoReadyEndpoints: 'A target group has no target, because no pod is ready.',
  TargetsNotHealthy: 'The load balancer or its targets are not healthy within healthyWithin.',
  LoadBalancerFailed: 'AWS could not set the load balancer up.',
  BackendNotFound: 'The Service of a binding, or its port, does not exist.',
  TargetTypeMissing: 'A binding does not say whether its targets are instances or addresses.',
  TargetGroupNotFound: 'The target group of a binding does not exist.',
  TargetQuota: 'A target group takes no more targets in this account.',
  NodeSelectorInvalid: 'The nodeSelector of a binding cannot be read.',
  NodeWithoutInstance: 'A node is no EC2 instance and is left out.',
  NoInstanceNodes: 'There are instance targets, but only Fargate or hybrid nodes.',
  EndpointPortMissing: 'Endpoints have no port number and are left out.',
  PodWithoutNode: 'AWS wants the zone of a pod, which has no node yet.',
  VpcNotFound: 'The VPC of a binding is not visible in the account.',
  FailedNetworkReconcile: 'What rules the targets need, and on which security group, cannot be told.',
  BackendSecurityGroupTaken: 'A foreign group has the name of the shared backend security group.',

  // AWS refused what nobody foresaw; its own words stand in the message.
  AwsRefused: 'AWS does not take a value of the manifest or the settings.',
  AwsResourceNotFound: 'AWS does not know something that the manifest or the settings name.',
  AwsQuota: 'A quota of the account is reached.',
  AwsOperationNotPermitted: 'AWS protects what is to be changed or deleted.',
  InvalidConfiguration: 'Something must be corrected before it can go on.',
  ClusterNotRegistered: 'The cluster is not registered.',
} as const satisfies Record<string, string>;
