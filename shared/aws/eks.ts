import { DescribeClusterCommand, EKSClient } from '@aws-sdk/client-eks';
import type { AwsClientConfig } from './client-config';
import { callOptions, sdkConfig } from './sdk';

/** What EKS says of a cluster: its status (`ACTIVE`, `DELETING` …), or `gone` where it has none of that name. Throws the SDK's error where EKS does not tell. */
export async function describeEksCluster(config: AwsClientConfig, name: string): Promise<string> {
  try {
    const { cluster } = await new EKSClient(sdkConfig(config)).send(new DescribeClusterCommand({ name }), callOptions(config));
    return cluster?.status ?? 'unknown';
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return 'gone';
    throw error;
  }
}
