import type { CreateTagsRequest, DeleteTagsRequest, DescribeTagsRequest, DescribeTagsResult, Tag, TagDescription, TagSpecification } from '@aws-sdk/client-ec2';
import type { TagSource } from '../network';
import { AwsError, type Operations } from '../operation';
import { operation } from './ec2-operation';
import { kinds, notFound, type Kind } from './ids';
import { list, type Listing } from './listing';
import type { Ec2, Ec2Quotas, Region } from './state';

/** The tags that a Create call brings along. Throws if they are for another kind of thing, doubled, reserved, too long or too many. */
export function takeTags(specifications: readonly TagSpecification[] | undefined, of: Kind, quotas: Ec2Quotas): Tag[] {
  const foreign = (specifications ?? []).find((specification) => specification.ResourceType !== of.type);
  if (foreign !== undefined) throw new AwsError('InvalidParameterValue', `'${foreign.ResourceType}' is not a valid taggable resource type for this operation.`);
  const tags = (specifications ?? []).flatMap((specification) => specification.Tags ?? []);
  return checkTags(tags, quotas);
}

/** Tags fit to be stored: a missing value is the empty text (AWS: "Tag your Amazon EC2 resources", tag restrictions). */
export function checkTags(tags: readonly Tag[], { tagsPerResource }: Ec2Quotas): Tag[] {
  const seen = new Set<string>();
  for (const { Key, Value } of tags) {
    if (Key === undefined || Key === '') throw new AwsError('InvalidParameterValue', 'Tag key cannot be empty or null');
    if (/^aws:/i.test(Key)) throw new AwsError('InvalidParameterValue', `Tag keys starting with 'aws:' are reserved for internal use`);
    if (Key.length > 128) throw new AwsError('InvalidParameterValue', `Tag key exceeds the maximum length of 128 characters: ${Key}`);
    if ((Value ?? '').length > 256) throw new AwsError('InvalidParameterValue', `Tag value exceeds the maximum length of 256 characters: ${Key}`);
    if (seen.has(Key)) throw new AwsError('InvalidParameterValue', `Duplicate tag key '${Key}' specified.`);
    seen.add(Key);
  }
  if (tags.length > tagsPerResource) throw tooMany(tagsPerResource);
  return tags.map(({ Key, Value }) => ({ Key, Value: Value ?? '' }));
}

const tooMany = (limit: number) => new AwsError('TagLimitExceeded', `You've reached the limit of ${limit} tags that you can assign to the specified resource.`);

/** CreateTags, DeleteTags, DescribeTags. */
export function tagOperations(ec2: Ec2): Operations {
  return {
    CreateTags: operation<CreateTagsRequest>(['Resources', 'Tags'], (input, call) => createTags(ec2, ec2.open(call), input)),
    DeleteTags: operation<DeleteTagsRequest>(['Resources', 'Tags'], (input, call) => deleteTags(ec2.open(call), input)),
    DescribeTags: operation<DescribeTagsRequest>(['Filters', 'MaxResults', 'NextToken'], (input, call) => describeTags(ec2.open(call), input)),
  };
}

function createTags({ quotas }: Ec2, region: Region, { Resources, Tags }: CreateTagsRequest): object {
  const added = checkTags(Tags ?? [], quotas);
  const merged = (Resources ?? []).map((id): [string, Tag[]] => {
    checkResource(region, id);
    const byKey = new Map([...(region.tags.get(id) ?? []), ...added].map((tag) => [tag.Key, tag]));
    if (byKey.size > quotas.tagsPerResource) throw tooMany(quotas.tagsPerResource);
    return [id, [...byKey.values()]];
  });
  for (const [id, tags] of merged) region.tags.set(id, tags);
  return {};
}

function deleteTags(region: Region, { Resources, Tags }: DeleteTagsRequest): object {
  for (const id of Resources ?? []) checkResource(region, id);
  for (const id of Resources ?? []) {
    const kept = (region.tags.get(id) ?? []).filter((tag) => tag.Key?.startsWith('aws:') === true || !isNamed(tag, Tags));
    if (region.tags.has(id)) region.tags.set(id, kept);
  }
  return {};
}

/** No list at all means every tag; a tag with a value is only taken away if it has that value. */
function isNamed(tag: Tag, named: readonly Tag[] | undefined): boolean {
  if (named === undefined || named.length === 0) return true;
  return named.some(({ Key, Value }) => Key === tag.Key && (Value === undefined || Value === tag.Value));
}

const tagListing: Listing<TagDescription> = {
  key: (tag) => `${tag.ResourceId} ${tag.Key}`,
  fields: { key: (tag) => tag.Key, value: (tag) => tag.Value, 'resource-id': (tag) => tag.ResourceId, 'resource-type': (tag) => tag.ResourceType },
  tags: (tag) => [tag],
};

function describeTags(region: Region, input: DescribeTagsRequest): DescribeTagsResult {
  const all = region.tags.entries().flatMap(([id, tags]) => tags.map((tag): TagDescription => ({ ...tag, ResourceId: id, ResourceType: kindOf(id)?.type as TagDescription['ResourceType'] })));
  const { items, ...rest } = list(all, input, tagListing);
  return { Tags: items, ...rest };
}

/** The kind that an id belongs to by its prefix. */
function kindOf(id: string): Kind | undefined {
  return Object.values(kinds).find(({ prefix }) => id.startsWith(`${prefix}-`));
}

function checkResource(region: Region, id: string): void {
  const kind = kindOf(id);
  if (kind === undefined) throw new AwsError('InvalidID', `The ID '${id}' is not valid`);
  if (!exists(region, kind, id)) throw notFound(kind, [id]);
}

function exists(region: Region, kind: Kind, id: string): boolean {
  const { vpcs, subnets, groups, interfaces, instances, routeTables, gateways, addresses, prefixLists, coipPools, ipamPools } = region;
  if (kind === kinds.rule) return groups.values().some((group) => group.rules.some((rule) => rule.ruleId === id));
  return [vpcs, subnets, groups, interfaces, instances, routeTables, gateways, addresses, prefixLists, coipPools, ipamPools].some((collection) => collection.has(id));
}

/** EC2's resources as the Resource Groups Tagging API shows them. */
export function tagSource(ec2: Ec2): TagSource {
  return {
    taggedResources: (place) =>
      ec2.open(place).tags.entries().map(([id, tags]) => {
        const type = kindOf(id)?.type ?? 'resource';
        return {
          arn: `arn:aws:ec2:${place.region}:${place.account}:${type}/${id}`,
          resourceType: `ec2:${type}`,
          tags: tags.map((tag) => ({ key: tag.Key ?? '', value: tag.Value ?? '' })),
        };
      }),
  };
}
