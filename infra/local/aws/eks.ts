import type { DescribeClusterRequest, DescribeClusterResponse, ListClustersRequest, ListClustersResponse } from '@aws-sdk/client-eks';
import { jsonPage } from './json-paging';
import { operation } from './known-parameters';
import type { Place } from './network';
import { AwsError, type Operations } from './operation';

/** A cluster that EKS shows: in truth the local one. */
export interface EksCluster {
  readonly name: string;
  /** URL of its API server. */
  readonly endpoint: string;
  /** PEM of the authority that signed the API server's certificate. */
  readonly authorityPem: string;
  /** `1.36` */
  readonly version: string;
  readonly vpcId: string;
  readonly subnetIds: readonly string[];
  readonly clusterSecurityGroupId?: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** EKS: DescribeCluster and ListClusters over what `clusters` says at the time of the call. AWS: "DescribeCluster". */
export function createEks(clusters: (place: Place) => readonly EksCluster[]): Operations {
  return {
    DescribeCluster: operation<DescribeClusterRequest>(['name'], (input, call): DescribeClusterResponse => {
      const found = clusters(call).find((cluster) => cluster.name === input.name);
      if (found === undefined) throw new AwsError('ResourceNotFoundException', `No cluster found for name: ${input.name}.`, 404);
      return { cluster: showCluster(call, found) };
    }),
    ListClusters: operation<ListClustersRequest>(['maxResults', 'nextToken'], (input, call): ListClustersResponse => {
      const names = clusters(call).map((cluster) => cluster.name);
      const { items, next } = jsonPage(names, { limit: input.maxResults, token: input.nextToken, key: (name) => name }, paging);
      return { clusters: items, ...(next === undefined ? {} : { nextToken: next }) };
    }),
  };
}

const paging = { most: 100, badToken: { code: 'InvalidParameterException', message: 'The nextToken is not valid' } };

function showCluster({ account, region }: Place, cluster: EksCluster): NonNullable<DescribeClusterResponse['cluster']> {
  return {
    name: cluster.name,
    arn: `arn:aws:eks:${region}:${account}:cluster/${cluster.name}`,
    status: 'ACTIVE',
    version: cluster.version,
    platformVersion: 'eks.1',
    endpoint: cluster.endpoint,
    certificateAuthority: { data: Buffer.from(cluster.authorityPem).toString('base64') },
    createdAt: new Date(cluster.createdAt),
    roleArn: `arn:aws:iam::${account}:role/${cluster.name}-cluster`,
    resourcesVpcConfig: {
      vpcId: cluster.vpcId,
      subnetIds: [...cluster.subnetIds],
      securityGroupIds: [],
      endpointPublicAccess: true,
      endpointPrivateAccess: true,
      publicAccessCidrs: ['0.0.0.0/0'],
      ...(cluster.clusterSecurityGroupId === undefined ? {} : { clusterSecurityGroupId: cluster.clusterSecurityGroupId }),
    },
    accessConfig: { authenticationMode: 'API' },
    tags: {},
  };
}
