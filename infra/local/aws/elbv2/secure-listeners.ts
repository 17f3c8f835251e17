import type { MutualAuthenticationAttributes } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Call } from '../operation';
import { AwsError } from '../operation';
import { isIn } from './names';
import { assertOneOf, validationError } from './refusals';
import { sslPolicyNames } from './ssl-policies';
import type { Elbv2, ListenerRecord } from './state';

type Security = Pick<ListenerRecord, 'sslPolicy' | 'defaultCertificate' | 'alpnPolicy' | 'mutualAuthentication'>;

/** The members of CreateListener and ModifyListener that only secure listeners have. */
export interface SecurityInput {
  readonly SslPolicy?: string | undefined;
  readonly Certificates?: readonly { CertificateArn?: string | undefined; IsDefault?: boolean | undefined }[] | undefined;
  readonly AlpnPolicy?: readonly string[] | undefined;
  readonly MutualAuthentication?: MutualAuthenticationAttributes | undefined;
}

/** Checks certificate, policy, ALPN and mutual authentication of a listener against its protocol; a plain listener has none of them. */
export function checkedSecurity(elbv2: Elbv2, call: Call, { protocol, input, present }: { protocol: string; input: SecurityInput; present?: ListenerRecord }): Security {
  const isSecure = protocol === 'HTTPS' || protocol === 'TLS';
  if (!isSecure) return refuseSecurity(protocol, input);
  const certificate = defaultCertificate(elbv2, call, input) ?? present?.defaultCertificate;
  if (certificate === undefined) throw new AwsError('ValidationError', `A certificate must be specified for ${protocol} listeners`);
  const asked = input.SslPolicy === '' ? undefined : input.SslPolicy;
  const sslPolicy = asked ?? present?.sslPolicy ?? 'ELBSecurityPolicy-2016-08';
  if (!sslPolicyNames.includes(sslPolicy)) throw new AwsError('SSLPolicyNotFound', `SSL policy '${sslPolicy}' not found`);
  const alpn = checkedAlpn(protocol, input.AlpnPolicy) ?? (protocol === 'TLS' ? present?.alpnPolicy : undefined);
  const mutual = protocol === 'HTTPS' ? (checkedMutual(elbv2, call, input.MutualAuthentication) ?? present?.mutualAuthentication ?? { Mode: 'off' }) : refuseMutual(input.MutualAuthentication);
  return { sslPolicy, defaultCertificate: certificate, ...(alpn !== undefined && { alpnPolicy: alpn }), ...(mutual !== undefined && { mutualAuthentication: mutual }) };
}

function refuseSecurity(protocol: string, { SslPolicy, Certificates = [], AlpnPolicy = [], MutualAuthentication }: SecurityInput): Security {
  const refuse = (what: string): never => {
    throw new AwsError('InvalidConfigurationRequest', `${what} cannot be specified for ${protocol} listeners`);
  };
  if (SslPolicy !== undefined && SslPolicy !== '') refuse('An SSL policy');
  if (Certificates.length > 0) refuse('A certificate');
  if (AlpnPolicy.length > 0) refuse('An ALPN policy');
  refuseMutual(MutualAuthentication);
  return {};
}

function defaultCertificate(elbv2: Elbv2, call: Call, { Certificates = [] }: SecurityInput): string | undefined {
  if (Certificates.length > 1) throw new AwsError('TooManyCertificates', 'Exactly one certificate can be specified as the default of a listener');
  const [given] = Certificates;
  if (given?.IsDefault !== undefined) throw validationError("'IsDefault' cannot be specified for the certificate of a listener");
  if (given === undefined) return undefined;
  assertCertificate(elbv2, call, given.CertificateArn ?? '');
  return given.CertificateArn;
}

/** Refuses a certificate that neither ACM nor IAM has. */
export function assertCertificate({ hasCertificate }: Elbv2, call: Call, arn: string): void {
  const isArn = /^arn:aws[a-z-]*:(acm:[a-z0-9-]+:\d{12}:certificate|iam::\d{12}:server-certificate)\/.+/.test(arn);
  if (!isArn || !hasCertificate(call, arn)) throw new AwsError('CertificateNotFound', `Certificate '${arn}' not found`);
}

function checkedAlpn(protocol: string, policies: readonly string[] | undefined): readonly string[] | undefined {
  if (policies === undefined || policies.length === 0) return undefined;
  if (protocol !== 'TLS') throw new AwsError('InvalidConfigurationRequest', `An ALPN policy cannot be specified for ${protocol} listeners`);
  const isKnown = ['HTTP1Only', 'HTTP2Only', 'HTTP2Optional', 'HTTP2Preferred', 'None'].includes(policies[0] ?? '');
  if (policies.length > 1 || !isKnown) throw new AwsError('ALPNPolicyNotSupported', `The ALPN policy '${policies.join(', ')}' is not supported`);
  return policies;
}

function refuseMutual(mutual: MutualAuthenticationAttributes | undefined): undefined {
  if (mutual !== undefined && mutual.Mode !== 'off') throw new AwsError('InvalidConfigurationRequest', 'Mutual authentication is supported only by HTTPS listeners');
}

function checkedMutual({ state }: Elbv2, call: Call, mutual: MutualAuthenticationAttributes | undefined): MutualAuthenticationAttributes | undefined {
  if (mutual === undefined) return undefined;
  const { Mode = 'off', IgnoreClientCertificateExpiry: ignore, AdvertiseTrustStoreCaNames: advertise } = mutual;
  // Controllers send an empty ARN where there is none.
  const store = mutual.TrustStoreArn === '' ? undefined : mutual.TrustStoreArn;
  assertOneOf(Mode, ['off', 'passthrough', 'verify'], 'mode');
  if (Mode !== 'verify') {
    if (store !== undefined || ignore === true) throw new AwsError('InvalidConfigurationRequest', `Mutual authentication in mode '${Mode}' takes no trust store`);
    return { Mode };
  }
  if (store === undefined) throw new AwsError('InvalidConfigurationRequest', "Mutual authentication in mode 'verify' needs a trust store");
  if (!isIn(call, store) || !state.trustStores.has(store)) throw new AwsError('TrustStoreNotFound', `Trust store '${store}' not found`);
  if (advertise !== undefined) assertOneOf(advertise, ['on', 'off'], 'advertiseTrustStoreCaNames');
  return { Mode, TrustStoreArn: store, IgnoreClientCertificateExpiry: ignore ?? false, AdvertiseTrustStoreCaNames: advertise ?? 'off', TrustStoreAssociationStatus: 'active' };
}
