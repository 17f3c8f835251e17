import type { SecurityGroup } from '../aws/ec2';
import type { Elbv2, Listener, LoadBalancer, Pairs, TargetGroup } from '../aws/elbv2';
import type { TargetGroupBinding } from '../model/kubernetes';
import { familyOf } from '../model/members';
import type { Model, Observed, Resource, ResourceId, ResourceType } from '../model/model';
import { inParallel } from './in-parallel';
import { bindingSpec, listenerSpec, loadBalancerSpec, securityGroupSpec, targetGroupSpec, type Translate } from './to-model';

/** What is known when single resources are looked at: whose they are, and what the model says of them. */
export interface Known {
  readonly model: Model;
  /** Our ids by physical id. */
  readonly ids: ReadonlyMap<string, ResourceId>;
  /** By ARN. */
  readonly tags: ReadonlyMap<string, Pairs>;
  readonly translate: Translate;
}

function idOf(physicalId: string, { ids }: Known): ResourceId {
  const id = ids.get(physicalId);
  if (id === undefined) throw new Error(`no id for ${physicalId}, which was taken for ours`);
  return id;
}

/** The desired resource of the same family, which says what is worth reading. */
function desiredFor<Type extends ResourceType>(id: ResourceId, type: Type, { model }: Known): Extract<Resource, { type: Type }> | undefined {
  const family = familyOf(id);
  return model.resources.find((resource): resource is Extract<Resource, { type: Type }> => resource.type === type && resource.id === family);
}

/** A load balancer; its attributes and its capacity where the model states some. */
export async function observeLoadBalancer(elbv2: Elbv2, found: LoadBalancer, known: Known): Promise<Observed> {
  const arn = found.LoadBalancerArn;
  const desired = desiredFor(idOf(arn, known), 'load-balancer', known)?.spec;
  const [attributes, capacityUnits] = await inParallel(
    desired?.loadBalancerAttributes?.length ? elbv2.describeLoadBalancerAttributes(arn) : Promise.resolve(undefined),
    desired?.minimumLoadBalancerCapacity ? elbv2.describeCapacityReservation(arn) : Promise.resolve(undefined),
  );
  return {
    id: idOf(arn, known) as `load-balancer/${string}`,
    type: 'load-balancer',
    spec: loadBalancerSpec(found, { attributes, capacityUnits }, known.translate),
    physicalId: arn,
    observedTags: known.tags.get(arn) ?? {},
    ...(found.State?.Code === undefined ? {} : { state: found.State.Code }),
    ...(found.DNSName === undefined ? {} : { dnsName: found.DNSName }),
    vpcId: found.VpcId,
  };
}

/** A target group; its attributes where the model states some. */
export async function observeTargetGroup(elbv2: Elbv2, found: TargetGroup, known: Known): Promise<Observed> {
  const arn = found.TargetGroupArn;
  const desired = desiredFor(idOf(arn, known), 'target-group', known)?.spec;
  const attributes = desired?.targetGroupAttributes?.length ? await elbv2.describeTargetGroupAttributes(arn) : undefined;
  return {
    id: idOf(arn, known) as `target-group/${string}`,
    type: 'target-group',
    spec: targetGroupSpec(found, attributes),
    physicalId: arn,
    observedTags: known.tags.get(arn) ?? {},
    ...(found.VpcId === undefined ? {} : { vpcId: found.VpcId }),
  };
}

/** A listener; its attributes where the model states some, its further certificates where it speaks TLS. */
export async function observeListener(elbv2: Elbv2, found: Listener, known: Known): Promise<Observed> {
  const arn = found.ListenerArn;
  const desired = desiredFor(idOf(arn, known), 'listener', known)?.spec;
  const [attributes, certificates] = await inParallel(
    desired?.listenerAttributes?.length && desired.protocol !== 'TLS' ? elbv2.describeListenerAttributes(arn) : Promise.resolve(undefined),
    found.SslPolicy !== undefined && desired ? elbv2.describeListenerCertificates(arn) : Promise.resolve(undefined),
  );
  const added = certificates?.flatMap(({ certificateArn, isDefault }) => (isDefault ? [] : [certificateArn]));
  return {
    id: idOf(arn, known) as `listener/${string}`,
    type: 'listener',
    spec: listenerSpec(found, { attributes, added }, known.translate),
    physicalId: arn,
    observedTags: known.tags.get(arn) ?? {},
  };
}

/** A security group with its inbound rules. */
export function observeSecurityGroup(found: SecurityGroup, known: Known): Observed {
  return {
    id: idOf(found.GroupId, known) as `security-group/${string}`,
    type: 'security-group',
    spec: securityGroupSpec(found, known.translate),
    physicalId: found.GroupId,
    observedTags: groupTags(found),
    ...(found.VpcId === undefined ? {} : { vpcId: found.VpcId }),
  };
}

/** A binding is known by its target group; one whose target group is gone or not ours has only its own name. */
export function observeBinding(binding: TargetGroupBinding, { ids, translate }: Known): Observed {
  const { name, namespace = '', labels = {} } = binding.metadata;
  const group = ids.get(binding.spec.targetGroupARN ?? '');
  return {
    id: `target-group-binding/${group ? group.slice('target-group/'.length) : `${namespace}/${name}`}`,
    type: 'target-group-binding',
    spec: bindingSpec(binding, translate),
    physicalId: `${namespace}/${name}`,
    observedTags: labels,
  };
}

/** The tags that EC2 answers with a group. */
export function groupTags(group: SecurityGroup): Pairs {
  return Object.fromEntries((group.Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']));
}
