import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { AwsClientConfig } from './client-config';
import { callOptions, sdkConfig, speakStepErrors } from './sdk';

/** Reads secrets. Their text is never logged, stored or put into an error. */
export interface Secrets {
  /** Throws an Error that names the ARN when the secret holds no text. */
  read(arn: string): Promise<string>;
}

/** The client for Secrets Manager. */
export function createSecrets(config: AwsClientConfig): Secrets {
  const client = new SecretsManagerClient(sdkConfig(config));
  speakStepErrors(client);
  return {
    async read(arn) {
      const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: arn }), callOptions(config));
      if (SecretString === undefined) throw new Error(`secret ${arn}: expected text, found none or bytes; store a kubeconfig as its text`);
      return SecretString;
    },
  };
}
