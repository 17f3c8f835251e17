import type { Observed, Resource, ResourceId } from '../model/model';
import type { Creation, Difference, PlanContext } from './change';
import { labelled } from './compare/binding';
import { tagsOfCreation } from './compare/tags';
import { attributesBeyondDefaults } from './default-attributes';
import type { Matching, Pair } from './matching';
import { familyOf, markOf, nextMark, withMark } from '../model/members';
import { replacementName } from './replacement-name';

/** What the creation of a desired resource needs, be it the first of its family or a successor. */
export function creationOf(pair: Pair, matching: Matching, observed: readonly Observed[], context: PlanContext): Creation {
  const mark = markOfCreation(pair, matching, observed, context);
  const desired = withFreeName(pair, matching, observed, context);
  return { id: withMark(desired.id, mark), desired, tags: tagsOf(desired, context), afterwards: afterwardsOf(desired) };
}

/** A successor gets the next generation; a listener or binding the mark of what it belongs to. */
function markOfCreation({ desired, replaced }: Pair, matching: Matching, observed: readonly Observed[], context: PlanContext): string {
  const owner = ownerOf(desired);
  if (owner) {
    const pair = matching.pairs.find((candidate) => candidate.desired.id === owner);
    return pair?.kept ? markOf(pair.kept.id) : pair ? markOfCreation(pair, matching, observed, context) : '';
  }
  if (!replaced) return '';
  const ids = [...observed.map(({ id }) => id), ...context.ledger.filter(({ physicalId }) => physicalId !== undefined).map(({ id }) => id)];
  // A successor that was intended and never made is taken up again, under the same generation.
  return nextMark(desired.id, ids);
}

function ownerOf(desired: Resource): ResourceId | undefined {
  const token = desired.type === 'listener' ? desired.spec.loadBalancerARN : desired.type === 'target-group-binding' ? desired.spec.template.spec.targetGroupARN : undefined;
  return typeof token === 'object' ? familyOf(token.ref as ResourceId) : undefined;
}

/** A successor must not take a name that is in use; a binding is named like its target group, so it follows. */
function withFreeName(pair: Pair, matching: Matching, observed: readonly Observed[], context: PlanContext): Resource {
  const { desired, replaced } = pair;
  if (desired.type === 'target-group' && replaced) {
    const taken = observed.flatMap((resource) => (resource.type === 'target-group' ? [resource.spec.name] : []));
    return { ...desired, spec: { ...desired.spec, name: replacementName(desired.spec.name, markOfCreation(pair, matching, observed, context), taken) } };
  }
  if (desired.type !== 'target-group-binding') return desired;
  const spec = labelled(desired, context);
  return { ...desired, spec: { template: { ...spec.template, metadata: { ...spec.template.metadata, name: bindingName(desired, matching, observed, context) } } } };
}

function bindingName(desired: Extract<Resource, { type: 'target-group-binding' }>, matching: Matching, observed: readonly Observed[], context: PlanContext): string {
  const { name } = desired.spec.template.metadata;
  const group = matching.pairs.find((pair) => pair.desired.id === ownerOf(desired));
  if (!group?.replaced || group.desired.type !== 'target-group' || group.desired.spec.name !== name) return name;
  const successor = withFreeName(group, matching, observed, context);
  return successor.type === 'target-group' ? successor.spec.name : name;
}

function tagsOf(desired: Resource, context: PlanContext): Creation['tags'] {
  return desired.type === 'target-group-binding' ? (desired.spec.template.metadata.labels ?? {}) : tagsOfCreation(desired, context);
}

/** What a Create call cannot say. Inbound rules are none of AWS's CreateSecurityGroup either. */
function afterwardsOf(desired: Resource): Difference[] {
  switch (desired.type) {
    case 'security-group':
      return desired.spec.ingress?.length ? [{ kind: 'ingress', authorize: desired.spec.ingress, revoke: [] }] : [];
    case 'target-group':
      return attributesAfterwards(desired);
    case 'listener':
      return [...certificatesAfterwards(desired), ...attributesAfterwards(desired)];
    case 'load-balancer':
      return [...privateLinkAfterwards(desired), ...attributesAfterwards(desired), ...capacityAfterwards(desired)];
    default:
      return [];
  }
}

function attributesAfterwards(desired: Parameters<typeof attributesBeyondDefaults>[0]): Difference[] {
  const set = attributesBeyondDefaults(desired);
  return set.length === 0 ? [] : [{ kind: 'attributes', from: [], set }];
}

/** All certificates, the default one included, as LBC does: an account of ours is then equal to one of LBC's. */
function certificatesAfterwards({ spec }: Extract<Resource, { type: 'listener' }>): Difference[] {
  if (spec.sslPolicy === undefined || !spec.certificates?.length) return [];
  return [{ kind: 'certificates', add: [...new Set(spec.certificates.map(({ certificateARN }) => certificateARN))].sort(), remove: [] }];
}

/** CreateLoadBalancer has no PrivateLink flag; AWS's default is `on`. */
function privateLinkAfterwards({ spec }: Extract<Resource, { type: 'load-balancer' }>): Difference[] {
  const groups = spec.securityGroups ?? [];
  if (groups.length === 0 || spec.securityGroupsInboundRulesOnPrivateLink !== 'off') return [];
  return [{ kind: 'securityGroups', from: groups, to: groups, inboundRulesOnPrivateLink: 'off' }];
}

function capacityAfterwards({ spec }: Extract<Resource, { type: 'load-balancer' }>): Difference[] {
  const units = spec.minimumLoadBalancerCapacity?.capacityUnits ?? 0;
  return units === 0 ? [] : [{ kind: 'capacity', from: 0, to: units }];
}
