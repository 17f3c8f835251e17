import type { AddTagsInput, AddTagsOutput, DescribeTagsInput, DescribeTagsOutput, RemoveTagsInput, RemoveTagsOutput, Tag } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Collection } from '../../storage';
import type { Call, Operations } from '../operation';
import { AwsError } from '../operation';
import type { TaggedResource, TagSource } from '../network';
import { findListener, findLoadBalancer, findRule, findTargetGroup } from './lookup';
import { isIn } from './names';
import { validationError } from './refusals';
import type { Elbv2 } from './state';

interface Tagged {
  readonly arn: string;
  readonly tags: readonly Tag[];
}

/** Checks tags as every call that takes them does, and answers them. AWS: "Tag", "DuplicateTagKeys", "TooManyTags". */
export function checkedTags(given: readonly Tag[] | undefined, { quotas }: Pick<Elbv2, 'quotas'>): Tag[] {
  const tags = given ?? [];
  for (const { Key: key = '', Value: value = '' } of tags) {
    if (key.length === 0 || key.length > 128) throw validationError(`Tag key '${key}' must have 1 to 128 characters`);
    if (value.length > 256) throw validationError(`The value of tag '${key}' must have at most 256 characters`);
    if (/^aws:/i.test(key)) throw validationError(`Tag key '${key}' cannot begin with 'aws:', which is reserved`);
  }
  if (new Set(tags.map(({ Key }) => Key)).size < tags.length) throw new AwsError('DuplicateTagKeys', 'A tag key was specified more than once');
  if (tags.length > quotas['tags-per-resource']) throw new AwsError('TooManyTags', `The maximum number of tags is ${quotas['tags-per-resource']}`);
  return tags.map(({ Key, Value }) => ({ Key, Value: Value ?? '' }));
}

/** AddTags, RemoveTags and DescribeTags, for all resources. */
export function tagOperations(elbv2: Elbv2): Operations {
  const addTags = (input: AddTagsInput, call: Call): AddTagsOutput => {
    const added = checkedTags(input.Tags, elbv2);
    for (const { record, save } of namedResources(elbv2, call, input.ResourceArns)) {
      const kept = record.tags.filter(({ Key }) => !added.some((tag) => tag.Key === Key));
      save(checkedTags([...kept, ...added], elbv2));
    }
    return {};
  };
  const removeTags = (input: RemoveTagsInput, call: Call): RemoveTagsOutput => {
    for (const { record, save } of namedResources(elbv2, call, input.ResourceArns)) save(record.tags.filter(({ Key }) => !input.TagKeys?.includes(Key ?? '')));
    return {};
  };
  const describeTags = (input: DescribeTagsInput, call: Call): DescribeTagsOutput => ({
    TagDescriptions: namedResources(elbv2, call, input.ResourceArns).map(({ record }) => ({ ResourceArn: record.arn, Tags: [...record.tags] })),
  });
  return { AddTags: addTags, RemoveTags: removeTags, DescribeTags: describeTags };
}

interface NamedResource {
  readonly record: Tagged;
  readonly save: (tags: readonly Tag[]) => void;
}

/** All or none: an unknown ARN refuses the call before anything is changed. */
function namedResources(elbv2: Elbv2, call: Call, arns: readonly string[] = []): NamedResource[] {
  if (arns.length === 0) throw validationError('At least one resource ARN must be specified');
  if (arns.length > 20) throw validationError(`The number of resource ARNs must be at most 20, got ${arns.length}`);
  return arns.map((arn) => namedResource(elbv2, call, arn));
}

function namedResource({ state }: Elbv2, call: Call, arn: string): NamedResource {
  if (arn.includes(':loadbalancer/')) return resource(state.loadBalancers, findLoadBalancer(state, call, arn));
  if (arn.includes(':targetgroup/')) return resource(state.targetGroups, findTargetGroup(state, call, arn));
  if (arn.includes(':listener/')) return resource(state.listeners, findListener(state, call, arn));
  if (arn.includes(':listener-rule/')) return resource(state.rules, findRule(state, call, arn));
  throw validationError(`'${arn}' is not a valid ARN of a resource that has tags`);
}

function resource<T extends Tagged>(collection: Collection<T>, record: T): NamedResource {
  return { record, save: (tags) => collection.set(record.arn, { ...record, tags }) };
}

const resourceTypes = { loadBalancers: 'loadbalancer', targetGroups: 'targetgroup', listeners: 'listener', rules: 'listener-rule' } as const;

/** ELBv2's resources for the Resource Groups Tagging API. */
export function elbv2TagSource({ state }: Pick<Elbv2, 'state'>): TagSource {
  const kinds = ['loadBalancers', 'targetGroups', 'listeners', 'rules'] as const;
  return {
    taggedResources: (place) =>
      kinds.flatMap((kind) =>
        state[kind]
          .values()
          .filter(({ arn, tags }) => isIn(place, arn) && tags.length > 0)
          .map(({ arn, tags }): TaggedResource => {
            const path = arn.split(':')[5] ?? '';
            // Load balancers and what hangs on them say their kind: elasticloadbalancing:loadbalancer/net.
            const flavour = kind === 'targetGroups' ? '' : `/${path.split('/')[1] ?? ''}`;
            return { arn, resourceType: `elasticloadbalancing:${resourceTypes[kind]}${flavour}`, tags: tags.map(({ Key = '', Value = '' }) => ({ key: Key, value: Value })) };
          }),
      ),
  };
}
