import { ACM } from '@aws-sdk/client-acm';
import { Shield } from '@aws-sdk/client-shield';
import { STS } from '@aws-sdk/client-sts';
import { WAFV2 } from '@aws-sdk/client-wafv2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAcm } from '../../../infra/local/aws/acm';
import { createLocalAws } from '../../../infra/local/aws/server';
import { createShield } from '../../../infra/local/aws/shield';
import { createSts } from '../../../infra/local/aws/sts';
import { createWafv2 } from '../../../infra/local/aws/wafv2';
import { drivenWorld } from '../driven-aws';

const ACCOUNT = '444455556666';
const BALANCER = `arn:aws:elasticloadbalancing:us-west-2:${ACCOUNT}:loadbalancer/app/web/0123456789abcdef`;

/** What a controller asks besides ELBv2 and EC2, over HTTP: of `LOCAL_AWS_URL` if that is set. */
let server: { readonly url: string; close(): Promise<void> };
let config: { region: string; endpoint: string; credentials: { accessKeyId: string; secretAccessKey: string }; maxAttempts: number };

beforeAll(async () => {
  const world = drivenWorld();
  const services = { acm: createAcm(world).operations, shield: createShield(world).operations, sts: createSts(world).operations, wafv2: createWafv2(world, () => true).operations };
  const given = process.env['LOCAL_AWS_URL'] ?? '';
  server = given === '' ? await createLocalAws({ world, services }).listen() : { url: given, close: () => Promise.resolve() };
  config = { region: 'us-west-2', endpoint: server.url, credentials: { accessKeyId: ACCOUNT, secretAccessKey: 'secret' }, maxAttempts: 1 };
});
afterAll(() => server.close());

/** AWS: "GetSubscriptionState", "DescribeProtection". A controller that is answered anything else never ends a pass. */
describe('Shield', () => {
  it('is not subscribed, and says so to whoever asks for a protection', async () => {
    const shield = new Shield(config);
    expect((await shield.getSubscriptionState({})).SubscriptionState).toBe('INACTIVE');
    await expect(shield.describeProtection({ ResourceArn: BALANCER })).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});

/** AWS: "GetWebACLForResource": without a web ACL there is no member. */
describe('WAFv2', () => {
  it('shows no web ACL where none was associated', async () => {
    expect((await new WAFV2(config).getWebACLForResource({ ResourceArn: BALANCER })).WebACL).toBeUndefined();
  });
});

/** AWS: "ListCertificates": other key types than RSA 2048 are listed only when asked for. */
describe('ACM', () => {
  it('lists certificates of the key types that are asked for, with their names', async () => {
    const acm = new ACM(config);
    await acm.requestCertificate({ DomainName: '*.list.example.com', SubjectAlternativeNames: ['list.example.com'], KeyAlgorithm: 'EC_prime256v1', CertificateAuthorityArn: 'arn:aws:acm-pca:us-west-2:444455556666:certificate-authority/aaaaaaaa-0000-4000-8000-00000000000a' });
    const names = async (input: object) => (await acm.listCertificates(input)).CertificateSummaryList?.filter(({ DomainName }) => DomainName === '*.list.example.com').flatMap((one) => one.SubjectAlternativeNameSummaries ?? []);
    expect(await names({ CertificateStatuses: ['ISSUED'] })).toEqual([]);
    expect((await names({ CertificateStatuses: ['ISSUED'], Includes: { keyTypes: ['RSA_2048', 'EC_prime256v1'] } }))?.slice(0, 2)).toEqual(['*.list.example.com', 'list.example.com']);
    await expect(acm.describeCertificate({ CertificateArn: `arn:aws:acm:us-west-2:${ACCOUNT}:certificate/00000000-0000-4000-8000-000000000000` })).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});

/** AWS: "GetCallerIdentity". */
describe('STS', () => {
  it('says who calls', async () => {
    expect(await new STS(config).getCallerIdentity({})).toMatchObject({ Account: ACCOUNT, Arn: expect.stringMatching(new RegExp(`^arn:aws:(iam|sts)::${ACCOUNT}:`)) as string });
  });
});
