import type { DescribeSSLPoliciesInput, DescribeSSLPoliciesOutput, SslPolicy } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Operations } from '../operation';
import { AwsError } from '../operation';
import { page } from './paging';

const tls13 = ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'];
const forward = ['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-RSA-AES256-GCM-SHA384'];
const forwardCbc = ['ECDHE-ECDSA-AES128-SHA256', 'ECDHE-RSA-AES128-SHA256', 'ECDHE-ECDSA-AES256-SHA384', 'ECDHE-RSA-AES256-SHA384'];
const old = ['ECDHE-ECDSA-AES128-SHA', 'ECDHE-RSA-AES128-SHA', 'ECDHE-RSA-AES256-SHA', 'ECDHE-ECDSA-AES256-SHA'];
const plain = ['AES128-GCM-SHA256', 'AES128-SHA256', 'AES256-GCM-SHA384', 'AES256-SHA256'];
const oldPlain = ['AES128-SHA', 'AES256-SHA'];

const from12 = ['TLSv1.2'];
const from11 = ['TLSv1.1', 'TLSv1.2'];
const from10 = ['TLSv1', 'TLSv1.1', 'TLSv1.2'];

/** Policies by name. AWS: "Security policies for your Network Load Balancer". Ciphers are those of each policy's family. */
const policies: Readonly<Record<string, { protocols: readonly string[]; ciphers: readonly string[] }>> = {
  'ELBSecurityPolicy-2016-08': { protocols: from10, ciphers: [...forward, ...forwardCbc, ...old, ...plain, ...oldPlain] },
  'ELBSecurityPolicy-2015-05': { protocols: from10, ciphers: [...forward, ...forwardCbc, ...old, ...plain, ...oldPlain] },
  'ELBSecurityPolicy-TLS-1-0-2015-04': { protocols: from10, ciphers: [...forward, ...forwardCbc, ...old, ...plain, ...oldPlain, 'DES-CBC3-SHA'] },
  'ELBSecurityPolicy-TLS-1-1-2017-01': { protocols: from11, ciphers: [...forward, ...forwardCbc, ...old, ...plain, ...oldPlain] },
  'ELBSecurityPolicy-TLS-1-2-2017-01': { protocols: from12, ciphers: [...forward, ...forwardCbc, ...plain] },
  'ELBSecurityPolicy-TLS-1-2-Ext-2018-06': { protocols: from12, ciphers: [...forward, ...forwardCbc, ...old, ...plain, ...oldPlain] },
  'ELBSecurityPolicy-FS-2018-06': { protocols: from10, ciphers: [...forward, ...forwardCbc, ...old] },
  'ELBSecurityPolicy-FS-1-1-2019-08': { protocols: from11, ciphers: [...forward, ...forwardCbc, ...old] },
  'ELBSecurityPolicy-FS-1-2-2019-08': { protocols: from12, ciphers: [...forward, ...forwardCbc, ...old] },
  'ELBSecurityPolicy-FS-1-2-Res-2019-08': { protocols: from12, ciphers: [...forward, ...forwardCbc] },
  'ELBSecurityPolicy-FS-1-2-Res-2020-10': { protocols: from12, ciphers: forward },
  ...withTls13(),
};

function withTls13() {
  const families = {
    'TLS13-1-0-2021-06': { protocols: from10, ciphers: [...forward, ...forwardCbc, ...old, ...plain, ...oldPlain] },
    'TLS13-1-1-2021-06': { protocols: from11, ciphers: [...forward, ...forwardCbc, ...old, ...plain, ...oldPlain] },
    'TLS13-1-2-2021-06': { protocols: from12, ciphers: [...forward, ...forwardCbc] },
    'TLS13-1-2-Res-2021-06': { protocols: from12, ciphers: forward },
    'TLS13-1-2-Ext1-2021-06': { protocols: from12, ciphers: [...forward, ...forwardCbc, ...plain] },
    'TLS13-1-2-Ext2-2021-06': { protocols: from12, ciphers: [...forward, ...forwardCbc, ...old, ...plain, ...oldPlain] },
    'TLS13-1-3-2021-06': { protocols: [], ciphers: [] },
  };
  // The same families exist with FIPS modules, since 2023, and with post-quantum key exchange, since 2025.
  const variants = (family: string) => [family, family.replace(/-2021-06$/, '-FIPS-2023-04'), family.replace(/-2021-06$/, '-PQ-2025-09'), family.replace(/-2021-06$/, '-FIPS-PQ-2025-09')];
  return Object.fromEntries(Object.entries(families).flatMap(([family, { protocols, ciphers }]) => variants(family).map((name) => [`ELBSecurityPolicy-${name}`, { protocols: [...protocols, 'TLSv1.3'], ciphers: [...tls13, ...ciphers] }])));
}

/** The names of all policies. */
export const sslPolicyNames: readonly string[] = Object.keys(policies);

/** DescribeSSLPolicies. */
export function sslPolicyOperations(): Operations {
  const describe = (input: DescribeSSLPoliciesInput): DescribeSSLPoliciesOutput => {
    const names = input.Names === undefined || input.Names.length === 0 ? sslPolicyNames : input.Names;
    const { items, ...next } = page(names.map(shownPolicy), input, ({ Name }) => Name ?? '');
    return { SslPolicies: items, ...next };
  };
  return { DescribeSSLPolicies: describe };
}

function shownPolicy(name: string): SslPolicy {
  const policy = policies[name];
  if (policy === undefined) throw new AwsError('SSLPolicyNotFound', `SSL policy '${name}' not found`);
  return {
    Name: name,
    SslProtocols: [...policy.protocols],
    Ciphers: policy.ciphers.map((Name, index) => ({ Name, Priority: index + 1 })),
    SupportedLoadBalancerTypes: ['application', 'network'],
  };
}
