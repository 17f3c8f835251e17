import { ACM } from '@aws-sdk/client-acm';
import { EKS } from '@aws-sdk/client-eks';
import { Lambda } from '@aws-sdk/client-lambda';
import { SecretsManager } from '@aws-sdk/client-secrets-manager';
import { Shield } from '@aws-sdk/client-shield';
import { WAFV2 } from '@aws-sdk/client-wafv2';
import { describe, expect, it } from 'vitest';
import { codeOf } from './code-of';
import { accountWorld } from './environment-world';

const place = { account: '111122223333', region: 'us-west-2' };
const albArn = 'arn:aws:elasticloadbalancing:us-west-2:111122223333:loadbalancer/app/web/0123456789abcdef';

describe('ACM', () => {
  const authority = 'arn:aws:acm-pca:us-west-2:111122223333:certificate-authority/aaaaaaaa-0000-4000-8000-00000000000a';

  it('issues a private certificate at once, with all its names', async () => {
    const acm = new ACM(accountWorld().client);
    const { CertificateArn } = await acm.requestCertificate({ DomainName: 'shop.example.com', SubjectAlternativeNames: ['shop.example.com', '*.shop.example.com'], CertificateAuthorityArn: authority });
    const { Certificate } = await acm.describeCertificate({ CertificateArn });
    expect(Certificate).toMatchObject({ Status: 'ISSUED', Type: 'PRIVATE', KeyAlgorithm: 'RSA_2048', CertificateAuthorityArn: authority, SubjectAlternativeNames: ['shop.example.com', '*.shop.example.com'] });
  });

  it('leaves a public certificate pending until its domain is proven', async () => {
    const { client, acm: local } = accountWorld();
    const acm = new ACM(client);
    const { CertificateArn = '' } = await acm.requestCertificate({ DomainName: 'shop.example.com', ValidationMethod: 'DNS' });
    const pending = (await acm.describeCertificate({ CertificateArn })).Certificate;
    expect(pending).toMatchObject({ Status: 'PENDING_VALIDATION', DomainValidationOptions: [{ DomainName: 'shop.example.com', ResourceRecord: { Type: 'CNAME' } }] });
    local.issue(place, CertificateArn);
    expect((await acm.describeCertificate({ CertificateArn })).Certificate?.Status).toBe('ISSUED');
  });

  it('lists RSA 2048 only unless other key types are asked for', async () => {
    const acm = new ACM(accountWorld().client);
    for (const KeyAlgorithm of ['RSA_2048', 'EC_prime256v1'] as const) await acm.requestCertificate({ DomainName: 'shop.example.com', KeyAlgorithm });
    const types = async (input: object) => (await acm.listCertificates(input)).CertificateSummaryList?.map((one) => one.KeyAlgorithm);
    expect(await types({})).toEqual(['RSA_2048']);
    expect(await types({ Includes: { keyTypes: ['EC_prime256v1'] } })).toEqual(['EC_prime256v1']);
  });

  it('answers a repeated request with the same token by the same certificate', async () => {
    const acm = new ACM(accountWorld().client);
    const request = () => acm.requestCertificate({ DomainName: 'shop.example.com', IdempotencyToken: 'once' });
    expect((await request()).CertificateArn).toBe((await request()).CertificateArn);
  });

  it('pages its list', async () => {
    const acm = new ACM(accountWorld().client);
    for (const name of ['a', 'b', 'c']) await acm.requestCertificate({ DomainName: `${name}.example.com` });
    const first = await acm.listCertificates({ MaxItems: 2 });
    const second = await acm.listCertificates({ MaxItems: 2, NextToken: first.NextToken });
    expect([first, second].flatMap((page) => page.CertificateSummaryList?.map((one) => one.DomainName))).toEqual(['a.example.com', 'b.example.com', 'c.example.com']);
    expect(second.NextToken).toBeUndefined();
  });

  it('does not delete a certificate in use', async () => {
    const { client, acm: local } = accountWorld({ certificateUsers: [albArn] });
    const acm = new ACM(client);
    const CertificateArn = 'arn:aws:acm:us-west-2:111122223333:certificate/00000000-1111-4222-8333-000000000009';
    local.ensureCertificate(place, CertificateArn, 'shop.example.com');
    expect((await acm.describeCertificate({ CertificateArn })).Certificate).toMatchObject({ InUseBy: [albArn], DomainName: 'shop.example.com' });
    expect(await codeOf(() => acm.deleteCertificate({ CertificateArn }))).toBe('ResourceInUseException');
  });

  it.each([
    ['a certificate that does not exist', 'arn:aws:acm:us-west-2:111122223333:certificate/00000000-1111-4222-8333-00000000000f', 'ResourceNotFoundException'],
    ['what is no certificate', 'arn:aws:iam::111122223333:role/x', 'InvalidArnException'],
  ])('refuses %s', async (_, CertificateArn, code) => {
    const acm = new ACM(accountWorld().client);
    expect(await codeOf(() => acm.describeCertificate({ CertificateArn }))).toBe(code);
    expect(await codeOf(() => acm.deleteCertificate({ CertificateArn }))).toBe(code);
  });

  it('keeps tags', async () => {
    const acm = new ACM(accountWorld().client);
    const { CertificateArn } = await acm.requestCertificate({ DomainName: 'shop.example.com', Tags: [{ Key: 'a', Value: '1' }, { Key: 'b', Value: '2' }] });
    await acm.addTagsToCertificate({ CertificateArn, Tags: [{ Key: 'a', Value: '3' }] });
    await acm.removeTagsFromCertificate({ CertificateArn, Tags: [{ Key: 'b' }] });
    expect((await acm.listTagsForCertificate({ CertificateArn })).Tags).toEqual([{ Key: 'a', Value: '3' }]);
  });
});

describe('Shield', () => {
  it('is not subscribed at first, and protects nothing then', async () => {
    const shield = new Shield(accountWorld().client);
    expect((await shield.getSubscriptionState({})).SubscriptionState).toBe('INACTIVE');
    expect(await codeOf(() => shield.describeSubscription({}))).toBe('ResourceNotFoundException');
    expect(await codeOf(() => shield.createProtection({ Name: 'web', ResourceArn: albArn }))).toBe('InvalidOperationException');
  });

  it('keeps one protection per resource', async () => {
    const shield = new Shield(accountWorld().client);
    await shield.createSubscription({});
    const { ProtectionId } = await shield.createProtection({ Name: 'managed by aws-load-balancer-controller', ResourceArn: albArn });
    expect(await codeOf(() => shield.createProtection({ Name: 'again', ResourceArn: albArn }))).toBe('ResourceAlreadyExistsException');
    expect((await shield.describeProtection({ ResourceArn: albArn })).Protection).toMatchObject({ Id: ProtectionId, Name: 'managed by aws-load-balancer-controller' });
    expect((await shield.listProtections({})).Protections).toHaveLength(1);
    await shield.deleteProtection({ ProtectionId });
    expect(await codeOf(() => shield.describeProtection({ ResourceArn: albArn }))).toBe('ResourceNotFoundException');
  });
});

describe('WAFv2', () => {
  const aclArn = 'arn:aws:wafv2:us-west-2:111122223333:regional/webacl/baseline/3a3a3a3a-0000-4000-8000-000000000001';

  it('associates one web ACL with a load balancer', async () => {
    const { client, wafv2 } = accountWorld();
    const waf = new WAFV2(client);
    const of = async () => (await waf.getWebACLForResource({ ResourceArn: albArn })).WebACL?.Name;
    wafv2.ensureWebAcl(place, aclArn);
    expect(await of()).toBeUndefined();
    await waf.associateWebACL({ WebACLArn: aclArn, ResourceArn: albArn });
    expect(await of()).toBe('baseline');
    expect((await waf.listResourcesForWebACL({ WebACLArn: aclArn })).ResourceArns).toEqual([albArn]);
    await waf.disassociateWebACL({ ResourceArn: albArn });
    expect(await of()).toBeUndefined();
  });

  it('lists and finds web ACLs by name', async () => {
    const { client, wafv2 } = accountWorld();
    const waf = new WAFV2(client);
    wafv2.ensureWebAcl(place, aclArn);
    expect((await waf.listWebACLs({ Scope: 'REGIONAL' })).WebACLs).toMatchObject([{ Name: 'baseline', ARN: aclArn }]);
    expect((await waf.listWebACLs({ Scope: 'CLOUDFRONT' })).WebACLs).toEqual([]);
    expect((await waf.getWebACL({ Name: 'baseline', Id: '3a3a3a3a-0000-4000-8000-000000000001', Scope: 'REGIONAL' })).WebACL?.ARN).toBe(aclArn);
  });

  it.each([
    ['a web ACL that does not exist', aclArn.replace('baseline', 'other'), albArn, 'WAFNonexistentItemException'],
    ['a network load balancer', aclArn, albArn.replace('/app/', '/net/'), 'WAFInvalidParameterException'],
    ['a load balancer that is not active yet', aclArn, albArn.replace('/web/', '/provisioning/'), 'WAFUnavailableEntityException'],
  ])('refuses %s', async (_, WebACLArn, ResourceArn, code) => {
    const { client, wafv2 } = accountWorld();
    wafv2.ensureWebAcl(place, aclArn);
    expect(await codeOf(() => new WAFV2(client).associateWebACL({ WebACLArn, ResourceArn }))).toBe(code);
  });
});

describe('Secrets Manager', () => {
  it('answers the present value by name and by ARN, the former by its stage', async () => {
    const secrets = new SecretsManager(accountWorld().client);
    const { ARN } = await secrets.createSecret({ Name: 'stepbalancer/kops', SecretString: 'one' });
    await secrets.putSecretValue({ SecretId: 'stepbalancer/kops', SecretString: 'two' });
    expect((await secrets.getSecretValue({ SecretId: ARN })).SecretString).toBe('two');
    expect((await secrets.getSecretValue({ SecretId: 'stepbalancer/kops', VersionStage: 'AWSPREVIOUS' })).SecretString).toBe('one');
  });

  it('keeps bytes', async () => {
    const secrets = new SecretsManager(accountWorld().client);
    await secrets.createSecret({ Name: 'key', SecretBinary: new Uint8Array([0, 255, 7]) });
    expect((await secrets.getSecretValue({ SecretId: 'key' })).SecretBinary).toEqual(new Uint8Array([0, 255, 7]));
  });

  it('refuses a second secret of a name, and one that does not exist', async () => {
    const secrets = new SecretsManager(accountWorld().client);
    await secrets.createSecret({ Name: 'key' });
    expect(await codeOf(() => secrets.createSecret({ Name: 'key' }))).toBe('ResourceExistsException');
    expect(await codeOf(() => secrets.getSecretValue({ SecretId: 'other' }))).toBe('ResourceNotFoundException');
    expect(await codeOf(() => secrets.getSecretValue({ SecretId: 'key' }))).toBe('ResourceNotFoundException');
  });
});

describe('Lambda', () => {
  const named = (name: string) => ({ name, arn: `arn:aws:lambda:us-west-2:111122223333:function:${name}:1`, handler: () => undefined, timeoutSeconds: 60 });
  const lambda = () => new Lambda(accountWorld({ functions: ['sweep', 'resync', 'step'].map(named) }).client);

  it('lists what is deployed, in pages', async () => {
    const first = await lambda().listFunctions({ MaxItems: 2 });
    const second = await lambda().listFunctions({ Marker: first.NextMarker });
    expect([first, second].map((page) => page.Functions?.map(({ FunctionName }) => FunctionName))).toEqual([['sweep', 'resync'], ['step']]);
    expect(second.NextMarker).toBeUndefined();
  });

  it.each(['sweep', 'sweep:1', 'arn:aws:lambda:us-west-2:111122223333:function:sweep', '111122223333:function:sweep'])('shows one by name, version, ARN or part of it: %s', async (FunctionName) => {
    expect((await lambda().getFunction({ FunctionName })).Configuration).toMatchObject({ FunctionName: 'sweep', Timeout: 60, State: 'Active' });
    expect(await lambda().getFunctionConfiguration({ FunctionName })).toMatchObject({ FunctionArn: 'arn:aws:lambda:us-west-2:111122223333:function:sweep' });
  });

  it('knows no other, and says that it does not invoke', async () => {
    expect(await codeOf(() => lambda().getFunction({ FunctionName: 'none' }))).toBe('ResourceNotFoundException');
    expect(await codeOf(() => lambda().invoke({ FunctionName: 'sweep' }))).toBe('NotImplemented');
  });
});

describe('EKS', () => {
  const cluster = { name: 'demo', endpoint: 'https://127.0.0.1:6443', authorityPem: '-----BEGIN CERTIFICATE-----\n', version: '1.36', vpcId: 'vpc-1', subnetIds: ['subnet-1'], createdAt: 1_767_225_600_000 };

  it('describes the local cluster', async () => {
    const eks = new EKS(accountWorld({ clusters: [cluster] }).client);
    const { cluster: shown } = await eks.describeCluster({ name: 'demo' });
    expect(shown).toMatchObject({ name: 'demo', status: 'ACTIVE', endpoint: cluster.endpoint, version: '1.36', createdAt: new Date('2026-01-01'), resourcesVpcConfig: { vpcId: 'vpc-1' } });
    expect(Buffer.from(shown?.certificateAuthority?.data ?? '', 'base64').toString()).toBe(cluster.authorityPem);
    expect((await eks.listClusters({})).clusters).toEqual(['demo']);
  });

  it('knows no other', async () => {
    expect(await codeOf(() => new EKS(accountWorld().client).describeCluster({ name: 'demo' }))).toBe('ResourceNotFoundException');
  });
});
