import { DeleteFunctionCommand, LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import type { AwsClientConfig } from './client-config';
import { callOptions, sdkConfig, speakStepErrors } from './sdk';
import { allPages } from './shapes';

/** One published version of a function. */
export interface FunctionVersion {
  readonly functionName: string;
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly publishedAt: number;
}

/** Published versions of functions. */
export interface FunctionVersions {
  /** All published versions of functions whose names begin so. */
  list(prefix: string): Promise<FunctionVersion[]>;
  remove(version: FunctionVersion): Promise<void>;
}

/** The client for versions of Lambda functions. */
export function createFunctionVersions(config: AwsClientConfig): FunctionVersions {
  const client = new LambdaClient(sdkConfig(config));
  speakStepErrors(client);
  return {
    async list(prefix) {
      const found = await allPages(async (marker) => {
        const page = await client.send(new ListFunctionsCommand({ FunctionVersion: 'ALL', ...(marker === undefined ? {} : { Marker: marker }) }), callOptions(config));
        return { items: page.Functions, next: page.NextMarker };
      });
      return found.flatMap(({ FunctionName = '', Version = '$LATEST', LastModified = '' }) => (FunctionName.startsWith(prefix) && Version !== '$LATEST' ? [{ functionName: FunctionName, version: Version, publishedAt: Date.parse(LastModified) }] : []));
    },
    async remove({ functionName, version }) {
      await client.send(new DeleteFunctionCommand({ FunctionName: functionName, Qualifier: version }), callOptions(config));
    },
  };
}
