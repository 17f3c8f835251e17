import { STSClient } from '@aws-sdk/client-sts';
import { HttpRequest } from '@smithy/core/protocols';
import { Hash } from '@smithy/core/serde';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AwsClientConfig } from './client-config';

const PREFIX = 'k8s-aws-v1.';
const CLUSTER_HEADER = 'x-k8s-aws-id';
const VALID_SECONDS = 60; // of the signature; the token it makes is accepted for 15 minutes
const FRESH_MS = 10 * 60_000;

class Sha256 extends Hash {
  constructor(secret?: ConstructorParameters<typeof Hash>[1]) {
    super('sha256', secret);
  }
}

/**
 * Tokens for an EKS cluster: a presigned GetCallerIdentity whose header names the cluster, signed here, without a call
 * (AWS: EKS, Access entries; accepted for 15 minutes). One token serves 10 minutes.
 */
export function eksTokens({ clusterName, now, ...config }: AwsClientConfig & { readonly clusterName: string; readonly now: () => number }): () => Promise<string> {
  const client = new STSClient({ region: config.region, ...(config.credentials ? { credentials: config.credentials } : {}) });
  const signer = new SignatureV4({ service: 'sts', region: config.region, credentials: client.config.credentials, sha256: Sha256 });
  let kept: { token: string; until: number } | undefined;
  return async () => {
    if (!kept || kept.until <= now()) kept = { token: await sign(signer, { clusterName, region: config.region, at: now() }), until: now() + FRESH_MS };
    return kept.token;
  };
}

async function sign(signer: SignatureV4, { clusterName, region, at }: { clusterName: string; region: string; at: number }): Promise<string> {
  const hostname = `sts.${region}.amazonaws.com`;
  const request = new HttpRequest({
    method: 'GET',
    protocol: 'https:',
    hostname,
    path: '/',
    query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
    headers: { host: hostname, [CLUSTER_HEADER]: clusterName },
  });
  const signed = await signer.presign(request, { expiresIn: VALID_SECONDS, unhoistableHeaders: new Set([CLUSTER_HEADER]), signingDate: new Date(at) });
  const query = new URLSearchParams(Object.entries(signed.query ?? {}).map(([name, value]): [string, string] => [name, String(value)]));
  return PREFIX + Buffer.from(`https://${hostname}/?${query.toString()}`).toString('base64url');
}
