import { GetResourcesCommand, ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';
import type { AwsClientConfig } from './client-config';
import type { Pairs } from './elbv2';
import { callOptions, sdkConfig, speakStepErrors } from './sdk';
import { allPages, byKey } from './shapes';

/** A resource as the tagging API knows it: eventually consistent, so it may be gone or its tags old. */
export interface TaggedResource {
  readonly arn: string;
  readonly tags: Pairs;
}

/** What we ask of the Resource Groups Tagging API. */
export interface Tagging {
  /** Resources of these types that carry all of these tags with these values. Types as AWS spells them (`elasticloadbalancing:targetgroup`). */
  getResources(query: { readonly tags: Pairs; readonly types: readonly string[] }): Promise<TaggedResource[]>;
}

/** The client for the Resource Groups Tagging API. */
export function createTagging(config: AwsClientConfig): Tagging {
  const client = new ResourceGroupsTaggingAPIClient(sdkConfig(config));
  speakStepErrors(client, config);
  return {
    async getResources({ tags, types }) {
      const found = await allPages(async (marker) => {
        const input = {
          TagFilters: Object.entries(tags).map(([Key, value]) => ({ Key, Values: [value] })),
          ResourceTypeFilters: [...types],
          ResourcesPerPage: 100,
          ...(marker === undefined ? {} : { PaginationToken: marker }),
        };
        const page = await client.send(new GetResourcesCommand(input), callOptions(config));
        return { items: page.ResourceTagMappingList, next: page.PaginationToken };
      });
      return found.flatMap(({ ResourceARN, Tags }) => (ResourceARN === undefined ? [] : [{ arn: ResourceARN, tags: byKey(Tags) }]));
    },
  };
}
