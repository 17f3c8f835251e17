import { ACMClient, DescribeCertificateCommand } from '@aws-sdk/client-acm';
import type { AwsClientConfig } from './client-config';
import { awsCode } from './errors';
import { callOptions, sdkConfig, speakStepErrors } from './sdk';

/** A certificate as far as load balancers care. */
export interface Certificate {
  readonly arn: string;
  /** `ISSUED`, `PENDING_VALIDATION`, `EXPIRED`, `REVOKED`, `FAILED`, `INACTIVE`, `VALIDATION_TIMED_OUT`. */
  readonly status: string;
}

/** What we ask of AWS Certificate Manager. */
export interface Acm {
  /**
   * Those of the certificates that exist, one call each: ListCertificates would be one call for all of them, but it leaves out key types and
   * managed certificates that it was not asked for, and what it leaves out would look like missing.
   */
  describeCertificates(arns: readonly string[]): Promise<Certificate[]>;
}

const MISSING = new Set(['ResourceNotFound', 'InvalidArn']);

/** The client for AWS Certificate Manager. Opens nothing until its first call. */
export function createAcm(config: AwsClientConfig): Acm {
  const client = new ACMClient(sdkConfig(config));
  speakStepErrors(client, config);
  const describe = async (CertificateArn: string): Promise<Certificate[]> => {
    try {
      const { Certificate: found } = await client.send(new DescribeCertificateCommand({ CertificateArn }), callOptions(config));
      return [{ arn: CertificateArn, status: found?.Status ?? 'unknown' }];
    } catch (error) {
      if (MISSING.has(awsCode(error) ?? '')) return [];
      throw error;
    }
  };
  return {
    async describeCertificates(arns) {
      const found: Certificate[] = [];
      for (const arn of new Set(arns)) found.push(...(await describe(arn)));
      return found;
    },
  };
}
