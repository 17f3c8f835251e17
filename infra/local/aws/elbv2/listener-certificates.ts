import type {
  AddListenerCertificatesInput,
  AddListenerCertificatesOutput,
  DescribeListenerCertificatesInput,
  DescribeListenerCertificatesOutput,
  RemoveListenerCertificatesInput,
  RemoveListenerCertificatesOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Call, Operations } from '../operation';
import { AwsError } from '../operation';
import { findListener, findLoadBalancer } from './lookup';
import { page } from './paging';
import { validationError } from './refusals';
import { assertCertificate } from './secure-listeners';
import type { Elbv2, ListenerRecord } from './state';

/** Certificates of a listener beside its default one. The default may be added too: it is then shown twice. AWS: "AddListenerCertificates". */
export function listenerCertificateOperations(elbv2: Elbv2): Operations {
  const { state } = elbv2;
  const add = (input: AddListenerCertificatesInput, call: Call): AddListenerCertificatesOutput => {
    const listener = findSecure(elbv2, call, input.ListenerArn);
    const given = readArns(input.Certificates);
    for (const arn of given) assertCertificate(elbv2, call, arn);
    const extraCertificates = [...new Set([...listener.extraCertificates, ...given])];
    assertRoom(elbv2, call, { ...listener, extraCertificates });
    state.listeners.set(listener.arn, { ...listener, extraCertificates });
    return { Certificates: given.map((CertificateArn) => ({ CertificateArn, IsDefault: false })) };
  };
  const remove = (input: RemoveListenerCertificatesInput, call: Call): RemoveListenerCertificatesOutput => {
    const listener = findSecure(elbv2, call, input.ListenerArn);
    const given = readArns(input.Certificates);
    const isOnlyDefault = given.some((arn) => arn === listener.defaultCertificate && !listener.extraCertificates.includes(arn));
    if (isOnlyDefault) throw new AwsError('OperationNotPermitted', 'The default certificate of a listener cannot be removed');
    state.listeners.set(listener.arn, { ...listener, extraCertificates: listener.extraCertificates.filter((arn) => !given.includes(arn)) });
    return {};
  };
  const describe = (input: DescribeListenerCertificatesInput, call: Call): DescribeListenerCertificatesOutput => {
    const { defaultCertificate, extraCertificates } = findListener(state, call, input.ListenerArn ?? '');
    const first = defaultCertificate === undefined ? [] : [{ CertificateArn: defaultCertificate, IsDefault: true }];
    const { items, ...next } = page([...first, ...extraCertificates.map((CertificateArn) => ({ CertificateArn, IsDefault: false }))], input, ({ CertificateArn, IsDefault }) => `${CertificateArn ?? ''} ${IsDefault}`);
    return { Certificates: items, ...next };
  };
  return { AddListenerCertificates: add, RemoveListenerCertificates: remove, DescribeListenerCertificates: describe };
}

function findSecure({ state }: Elbv2, call: Call, arn: string | undefined): ListenerRecord {
  const listener = findListener(state, call, arn ?? '');
  if (listener.defaultCertificate === undefined) throw new AwsError('UnsupportedProtocol', `Listener '${listener.arn}' has the protocol ${listener.protocol}, which has no certificates`);
  return listener;
}

function readArns(certificates: readonly { CertificateArn?: string | undefined; IsDefault?: boolean | undefined }[] | undefined): string[] {
  if (certificates === undefined || certificates.length === 0) throw validationError('At least one certificate must be specified');
  if (certificates.some(({ IsDefault }) => IsDefault !== undefined)) throw validationError("'IsDefault' cannot be specified");
  return certificates.map(({ CertificateArn }) => CertificateArn ?? '');
}

/** The limit counts the certificates of all listeners of a load balancer, default ones left out. */
function assertRoom({ state, quotas }: Elbv2, call: Call, changed: ListenerRecord): void {
  const balancer = findLoadBalancer(state, call, changed.loadBalancerArn);
  const max = quotas[balancer.type === 'network' ? 'certificates-per-network-load-balancer' : 'certificates-per-application-load-balancer'];
  const others = state.listeners.values().filter(({ arn, loadBalancerArn }) => arn !== changed.arn && loadBalancerArn === changed.loadBalancerArn);
  const count = new Set([...others, changed].flatMap(({ defaultCertificate, extraCertificates }) => extraCertificates.filter((arn) => arn !== defaultCertificate))).size;
  if (count > max) throw new AwsError('TooManyCertificates', `The maximum number of certificates of a load balancer is ${max}`);
}
