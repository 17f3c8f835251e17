import { quote } from '../desired/text';
import type { Plan } from '../plan/change';
import { annotation } from './annotation-words';
import { rulesToBe } from './check-rules';
import { furtherCertificates, listenersWith, madeOf, mendedOf, newCertificates, newPolicies, portsGone } from './planned-writes';
import type { Finding, Preflight } from './preflight';

/** AWS: Quotas for your Network Load Balancers. An account can have more. */
export const LISTENERS_PER_LOAD_BALANCER = 50;
export const CERTIFICATES_PER_LOAD_BALANCER = 25;
const LIMIT = 'listeners-per-network-load-balancer';
const CERTIFICATE_LIMIT = 'certificates-per-network-load-balancer';
const PROTOCOLS = ['TCP', 'UDP', 'TCP_UDP', 'TLS', 'QUIC', 'TCP_QUIC'];
/** EC2's names for the protocols of rules; it takes others by number. */
const IP_PROTOCOLS = ['tcp', 'udp', 'icmp', 'icmpv6'];
const CERTIFICATE_ARN = /^arn:aws[a-z-]*:(acm|iam):([a-z0-9-]*):(\d{12}):(certificate|server-certificate)\/.+$/;

/** Listeners: how many, protocols, certificates, policies. */
export function checkListeners(preflight: Preflight): Finding[] {
  return [...checkProtocols(preflight), ...checkCount(preflight), ...checkCertificateCount(preflight), ...newCertificates(preflight.plan).flatMap((arn) => checkCertificate(arn, preflight)), ...checkPolicies(preflight)];
}

function checkProtocols({ plan, observed }: Preflight): Finding[] {
  const datagrams = listenersToBe(plan, observed).filter(({ protocol }) => protocol !== 'TCP' && protocol !== 'TLS');
  const lacksPrefix = datagrams.length > 0 && lacksSourceNat(plan, observed);
  return [
    ...unknownProtocols(plan).map((port): Finding => ({ code: 'UnsupportedProtocol', message: `${port}, but a Network Load Balancer knows ${PROTOCOLS.join(', ')} only; change the port's protocol` })),
    ...(lacksPrefix ? [{ code: 'UdpNeedsSourceNat', message: `port ${datagrams.map(({ port }) => port).join(', ')} takes UDP on a dualstack load balancer, which AWS allows only with source NAT by IPv6 prefix; set ${annotation('sourceNat')} to on, or the address type to ipv4` } as const] : []),
  ];
}

/** Listeners that are new to AWS in their protocol; where the load balancer's addresses change, those that stay as well. */
function listenersToBe(plan: Plan, observed: Preflight['observed']): readonly { readonly port: number; readonly protocol: string }[] {
  const listeners = listenersWith(plan, 'protocol');
  if (readdressed(plan).length === 0) return listeners;
  const changed = new Set([...listeners.map(({ port }) => port), ...portsGone(plan, observed)]);
  return [...listeners, ...observed.flatMap((resource) => (resource.type === 'listener' && !changed.has(resource.spec.port) ? [resource.spec] : []))];
}

const readdressed = (plan: Plan) => [...mendedOf(plan, 'load-balancer', 'subnets'), ...mendedOf(plan, 'load-balancer', 'ipAddressType')].map(({ desired }) => desired.spec);

function lacksSourceNat(plan: Plan, observed: Preflight['observed']): boolean {
  const [balancer] = [...madeOf(plan, 'load-balancer').map(({ desired }) => desired.spec), ...readdressed(plan), ...observed.flatMap((resource) => (resource.type === 'load-balancer' ? [resource.spec] : []))];
  return balancer?.ipAddressType === 'dualstack' && balancer.enablePrefixForIpv6SourceNat !== 'on';
}

/** Ports of listeners; and of the managed security group, which also opens a port that another one of its number shadows. */
function unknownProtocols(plan: Plan): string[] {
  const ofRules = rulesToBe(plan).flatMap(({ rules }) => rules.filter(({ ipProtocol }) => !IP_PROTOCOLS.includes(ipProtocol)).map(({ ipProtocol, fromPort = 0 }) => ({ protocol: ipProtocol.toUpperCase(), port: fromPort })));
  const unknown = [...listenersWith(plan, 'protocol').filter(({ protocol }) => !PROTOCOLS.includes(protocol)), ...ofRules];
  return [...new Set(unknown.map(({ protocol, port }) => `port ${port} has the protocol ${protocol}`))];
}

function checkCount({ plan, answers }: Preflight): Finding[] {
  const made = madeOf(plan, 'listener').length;
  const max = answers.limits[LIMIT] ?? LISTENERS_PER_LOAD_BALANCER;
  if (made <= max) return [];
  return [{ code: 'ListenerQuota', message: `the Service needs ${made} listeners, and a load balancer of this account takes ${max}; split the Service, or have the quota ${LIMIT} raised` }];
}

/** Default certificates do not count. */
function checkCertificateCount({ plan, answers }: Preflight): Finding[] {
  const needed = furtherCertificates(plan);
  const max = answers.limits[CERTIFICATE_LIMIT] ?? CERTIFICATES_PER_LOAD_BALANCER;
  if (needed <= max) return [];
  return [{ code: 'CertificateQuota', message: `${annotation('certificates')} gives the listeners ${needed} certificates besides their default ones, and a load balancer of this account takes ${max}; name fewer, use certificates with several domain names or a wildcard, or have the quota ${CERTIFICATE_LIMIT} raised` }];
}

/** Server certificates of IAM are taken as they are: they have no state, and IAM is asked by name only. */
function checkCertificate(arn: string, { known: { cluster }, answers }: Preflight): Finding[] {
  const where = annotation('certificates');
  const missing = (why: string): Finding[] => [{ code: 'CertificateNotFound', message: `${where} names ${quote(arn)}, ${why}` }];
  const [, service, region, account] = CERTIFICATE_ARN.exec(arn) ?? [];
  if (service === undefined) return missing('which is not the ARN of a certificate (arn:aws:acm:…:certificate/… or arn:aws:iam::…:server-certificate/…); correct it');
  if (service === 'iam') return [];
  if (region !== cluster.region) return missing(`which lies in ${region ?? ''}, but load balancers in ${cluster.region} take certificates of their own Region only; request or import it there`);
  if (account !== cluster.accountId) return missing(`which belongs to account ${account ?? ''}, but load balancers of ${cluster.accountId} take certificates of their own account only; request or import it there`);
  const found = answers.certificates.find((certificate) => certificate.arn === arn);
  if (!found) return missing('which ACM does not have; correct the ARN, or request the certificate');
  if (found.status === 'ISSUED') return [];
  const way = found.status === 'PENDING_VALIDATION' ? 'prove that the domain is yours, as ACM says it; it is looked at again every minute' : 'renew or replace it';
  return [{ code: 'CertificateNotIssued', message: `${where} names ${arn}, which is ${found.status} in ACM, and only an ISSUED certificate can be used; ${way}` }];
}

function checkPolicies({ plan, answers }: Preflight): Finding[] {
  const unknown = newPolicies(plan).filter((name) => name !== 'ELBSecurityPolicy-2016-08' && !answers.sslPolicies.includes(name));
  return unknown.map((name) => ({ code: 'SslPolicyNotFound', message: `${annotation('tlsPolicy')} (or the setting defaultSslPolicy) names ${quote(name)}, which is no security policy that Elastic Load Balancing has in this Region; correct it (aws elbv2 describe-ssl-policies lists them)` }));
}
