import type { GetResourcesInput, GetResourcesOutput, TagFilter } from '@aws-sdk/client-resource-groups-tagging-api';
import type { TagSource, TaggedResource } from './network';
import type { Call, Operations } from './operation';
import { AwsError } from './operation';

/** The Resource Groups Tagging API's GetResources over every service that has tags. AWS: "GetResources". */
export function createTagging(sources: readonly TagSource[]): Operations {
  const getResources = (input: GetResourcesInput, call: Call): GetResourcesOutput => {
    assertTogether(input);
    const found = sources.flatMap((source) => source.taggedResources(call)).filter((resource) => matches(resource, input));
    const { items, token } = page(found, input);
    return {
      PaginationToken: token,
      ResourceTagMappingList: items.map(({ arn, tags }) => ({ ResourceARN: arn, Tags: tags.map(({ key, value }) => ({ Key: key, Value: value })) })),
    };
  };
  return { GetResources: getResources };
}

function assertTogether(input: GetResourcesInput): void {
  const { ResourceARNList: arns = [], TagFilters: filters = [], ResourceTypeFilters: types = [], ResourcesPerPage: size, TagsPerPage: tagSize, IncludeComplianceDetails: compliance } = input;
  const refuse = (message: string): never => {
    throw new AwsError('InvalidParameterException', message);
  };
  if (arns.length > 0 && (filters.length > 0 || types.length > 0)) refuse('ResourceARNList cannot be used with filters');
  if (arns.length > 100) refuse('ResourceARNList can have at most 100 ARNs');
  if (filters.length > 50) refuse('TagFilters can have at most 50 filters');
  for (const { Values = [] } of filters) if (Values.length > 20) refuse('A tag filter can have at most 20 values');
  if (size !== undefined && (size < 1 || size > 100)) refuse('ResourcesPerPage must be between 1 and 100');
  if (tagSize !== undefined || compliance !== undefined || input.ExcludeCompliantResources !== undefined) throw new AwsError('NotImplemented', 'The local AWS does not implement TagsPerPage and compliance details');
}

function matches({ arn, resourceType, tags }: TaggedResource, { ResourceARNList: arns = [], TagFilters: filters = [], ResourceTypeFilters: types = [] }: GetResourcesInput): boolean {
  const hasType = types.length === 0 || types.some((type) => resourceType === type || resourceType.startsWith(`${type}/`) || resourceType.startsWith(`${type}:`));
  const isNamed = arns.length === 0 || arns.includes(arn);
  // Filters are joined by AND, the values of one by OR; a filter without values asks for the key alone.
  const hasTag = ({ Key, Values = [] }: TagFilter) => tags.some(({ key, value }) => key === Key && (Values.length === 0 || Values.includes(value)));
  return isNamed && hasType && filters.every(hasTag);
}

function page<T>(items: readonly T[], { PaginationToken: token = '', ResourcesPerPage: size = 50 }: GetResourcesInput): { items: T[]; token: string } {
  const start = token === '' ? 0 : Number(/^at:(\d+)$/.exec(Buffer.from(token, 'base64url').toString())?.[1] ?? Number.NaN);
  if (Number.isNaN(start)) throw new AwsError('PaginationTokenExpiredException', 'The pagination token is not valid');
  const end = start + size;
  return { items: items.slice(start, end), token: end < items.length ? Buffer.from(`at:${end}`).toString('base64url') : '' };
}
