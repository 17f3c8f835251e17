import type {
  AddTagsToCertificateRequest, CertificateDetail, CertificateSummary, DeleteCertificateRequest, DescribeCertificateRequest, DescribeCertificateResponse, KeyAlgorithm,
  ListCertificatesRequest, ListCertificatesResponse, ListTagsForCertificateRequest, RemoveTagsFromCertificateRequest, RequestCertificateRequest, Tag,
} from '@aws-sdk/client-acm';
import type { Collection } from '../storage';
import { jsonPage } from './json-paging';
import { operation } from './known-parameters';
import type { Place } from './network';
import { AwsError, type Operations, type World } from './operation';
import { uuid } from './uuid';

/** A certificate as it is kept: plain JSON, times in milliseconds. */
export interface CertificateRecord {
  readonly arn: string;
  readonly domainName: string;
  /** The domain itself is among them, as in ACM. */
  readonly subjectAlternativeNames: readonly string[];
  readonly status: 'ISSUED' | 'PENDING_VALIDATION' | 'EXPIRED' | 'REVOKED' | 'FAILED' | 'INACTIVE' | 'VALIDATION_TIMED_OUT';
  readonly type: 'AMAZON_ISSUED' | 'IMPORTED' | 'PRIVATE';
  readonly keyAlgorithm: string;
  readonly certificateAuthorityArn?: string;
  readonly createdAt: number;
  readonly tags: readonly Tag[];
  readonly idempotency?: { readonly token: string; readonly until: number };
}

/** The local ACM and what others ask of it. */
export interface Acm {
  readonly operations: Operations;
  /** A certificate of the place, whatever its state. */
  certificate(place: Place, arn: string): CertificateRecord | undefined;
  /** Stores a certificate as given, for environments. */
  put(place: Place, certificate: CertificateRecord): void;
  /** Whether a load balancer may use this ARN: an issued certificate of ACM, or a server certificate of IAM. */
  hasCertificate(place: Place, arn: string): boolean;
  /** Makes an issued certificate (of ACM, or by its ARN of IAM) exist under a literal ARN; one that is there stays as it is. */
  ensureCertificate(place: Place, arn: string, domainName?: string): void;
  /** What a person does by proving a domain: a pending certificate becomes issued. */
  issue(place: Place, arn: string): void;
}

/** Who uses a certificate: load balancers, by ARN. ACM refuses to delete one in use. */
export type CertificateUsers = (place: Place, arn: string) => readonly string[];

const IDEMPOTENT_MS = 3_600_000;
const YEAR_MS = 395 * 86_400_000;
const paging = { most: 1000, badToken: { code: 'ValidationException', message: 'The NextToken is not valid' } };

/** ACM: certificates with several names and key types. Private ones are issued at once, public ones wait for `issue`. AWS: "AWS Certificate Manager API Reference". */
export function createAcm(world: World, users: CertificateUsers = () => []): Acm {
  const open = ({ account, region }: Place): Collection<CertificateRecord> => world.storage.collection(`acm/${account}/${region}/certificates`);
  const ofIam = ({ account }: Place): Collection<{ arn: string }> => world.storage.collection(`iam/${account}/server-certificates`);
  const find = (place: Place, arn: string) => findCertificate(open(place), arn);
  const change = (place: Place, arn: string, edit: (certificate: CertificateRecord) => CertificateRecord) => open(place).set(arn, edit(find(place, arn)));
  return {
    certificate: (place, arn) => open(place).get(arn),
    put: (place, certificate) => open(place).set(certificate.arn, certificate),
    hasCertificate: (place, arn) => ofIam(place).has(arn) || open(place).get(arn)?.status === 'ISSUED',
    ensureCertificate(place, arn, domainName = 'example.com') {
      if (isOfIam(arn)) ofIam(place).set(arn, { arn });
      else if (!open(place).has(arn)) open(place).set(arn, literal(arn, domainName, world.clock.now()));
    },
    issue: (place, arn) => change(place, arn, (certificate) => ({ ...certificate, status: 'ISSUED' })),
    operations: {
      ListCertificates: operation<ListCertificatesRequest>(['CertificateStatuses', 'Includes', 'MaxItems', 'NextToken'], (input, call) => listCertificates(open(call).values(), input, (arn) => users(call, arn))),
      DescribeCertificate: operation<DescribeCertificateRequest>(['CertificateArn'], (input, call): DescribeCertificateResponse => {
        const certificate = find(call, input.CertificateArn ?? '');
        return { Certificate: showDetail(certificate, users(call, certificate.arn)) };
      }),
      RequestCertificate: operation<RequestCertificateRequest>(
        ['DomainName', 'SubjectAlternativeNames', 'ValidationMethod', 'CertificateAuthorityArn', 'KeyAlgorithm', 'IdempotencyToken', 'Tags', 'DomainValidationOptions', 'Options'],
        (input, call) => requestCertificate(world, { certificates: open(call), place: call, input }),
      ),
      DeleteCertificate: operation<DeleteCertificateRequest>(['CertificateArn'], (input, call) => {
        const { arn } = find(call, input.CertificateArn ?? '');
        if (users(call, arn).length > 0) throw new AwsError('ResourceInUseException', `Certificate ${arn} in account ${call.account} is in use.`);
        open(call).delete(arn);
        return {};
      }),
      AddTagsToCertificate: operation<AddTagsToCertificateRequest>(['CertificateArn', 'Tags'], (input, call) => {
        change(call, input.CertificateArn ?? '', (certificate) => ({ ...certificate, tags: addTags(certificate.tags, input.Tags ?? []) }));
        return {};
      }),
      RemoveTagsFromCertificate: operation<RemoveTagsFromCertificateRequest>(['CertificateArn', 'Tags'], (input, call) => {
        const gone = (tag: Tag) => (input.Tags ?? []).some(({ Key, Value }) => Key === tag.Key && (Value === undefined || Value === tag.Value));
        change(call, input.CertificateArn ?? '', (certificate) => ({ ...certificate, tags: certificate.tags.filter((tag) => !gone(tag)) }));
        return {};
      }),
      ListTagsForCertificate: operation<ListTagsForCertificateRequest>(['CertificateArn'], (input, call) => ({ Tags: [...find(call, input.CertificateArn ?? '').tags] })),
    },
  };
}

const isOfIam = (arn: string) => /^arn:aws[a-z-]*:iam::\d{12}:server-certificate\//.test(arn);

function findCertificate(certificates: Collection<CertificateRecord>, arn: string): CertificateRecord {
  if (!/^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/.+$/.test(arn)) throw new AwsError('InvalidArnException', `The ARN '${arn}' is not that of a certificate`);
  const found = certificates.get(arn);
  if (found === undefined) throw new AwsError('ResourceNotFoundException', `Could not find certificate ${arn}.`);
  return found;
}

function literal(arn: string, domainName: string, now: number): CertificateRecord {
  return { arn, domainName, subjectAlternativeNames: [domainName], status: 'ISSUED', type: 'AMAZON_ISSUED', keyAlgorithm: 'RSA_2048', createdAt: now, tags: [] };
}

/** Without `keyTypes` ACM lists RSA keys of up to 2048 bits only. */
function listCertificates(all: readonly CertificateRecord[], input: ListCertificatesRequest, usersOf: (arn: string) => readonly string[]): ListCertificatesResponse {
  const { keyTypes = ['RSA_1024', 'RSA_2048'], ...others } = input.Includes ?? {};
  const strange = Object.entries(others).filter(([, value]) => value !== undefined);
  if (strange.length > 0) throw new AwsError('UnsupportedOperation', `The local AWS does not implement the parameter Includes.${strange[0]?.[0]}`);
  const wanted = all.filter(({ keyAlgorithm, status }) => (keyTypes as readonly string[]).includes(keyAlgorithm) && (input.CertificateStatuses ?? [status]).includes(status));
  const { items, next } = jsonPage(wanted, { limit: input.MaxItems, token: input.NextToken, key: (one) => one.arn }, paging);
  return { CertificateSummaryList: items.map((one) => showSummary(one, usersOf(one.arn).length > 0)), ...(next === undefined ? {} : { NextToken: next }) };
}

function showSummary(one: CertificateRecord, inUse: boolean): CertificateSummary {
  const issued = one.status === 'ISSUED';
  return {
    CertificateArn: one.arn,
    DomainName: one.domainName,
    SubjectAlternativeNameSummaries: one.subjectAlternativeNames.slice(0, 100),
    HasAdditionalSubjectAlternativeNames: one.subjectAlternativeNames.length > 100,
    Status: one.status,
    Type: one.type,
    KeyAlgorithm: one.keyAlgorithm as KeyAlgorithm,
    InUse: inUse,
    RenewalEligibility: inUse ? 'ELIGIBLE' : 'INELIGIBLE',
    CreatedAt: new Date(one.createdAt),
    ...(issued ? { NotBefore: new Date(one.createdAt), NotAfter: new Date(one.createdAt + YEAR_MS) } : {}),
    ...(issued && one.type !== 'IMPORTED' ? { IssuedAt: new Date(one.createdAt) } : {}),
    ...(one.type === 'IMPORTED' ? { ImportedAt: new Date(one.createdAt) } : {}),
  };
}

function showDetail(one: CertificateRecord, inUseBy: readonly string[]): CertificateDetail {
  const { CertificateArn, DomainName, Status, Type, KeyAlgorithm: algorithm, RenewalEligibility, CreatedAt, NotBefore, NotAfter, IssuedAt, ImportedAt } = showSummary(one, inUseBy.length > 0);
  return {
    CertificateArn, DomainName, Status, Type, KeyAlgorithm: algorithm, RenewalEligibility, CreatedAt, NotBefore, NotAfter, IssuedAt, ImportedAt,
    Subject: `CN=${one.domainName}`,
    SubjectAlternativeNames: [...one.subjectAlternativeNames],
    InUseBy: [...inUseBy],
    ...(one.certificateAuthorityArn === undefined ? {} : { CertificateAuthorityArn: one.certificateAuthorityArn }),
    ...(one.type === 'AMAZON_ISSUED' ? { DomainValidationOptions: one.subjectAlternativeNames.map((name) => validation(one, name)) } : {}),
  };
}

function validation({ arn, status }: CertificateRecord, name: string) {
  const domain = name.replace(/^\*\./, '');
  const proof = arn.slice(-12);
  return {
    DomainName: name,
    ValidationDomain: name,
    ValidationMethod: 'DNS' as const,
    ValidationStatus: status === 'ISSUED' ? ('SUCCESS' as const) : ('PENDING_VALIDATION' as const),
    ResourceRecord: { Name: `_${proof}.${domain}.`, Type: 'CNAME' as const, Value: `_${proof}.acm-validations.aws.` },
  };
}

function requestCertificate(world: World, { certificates, place, input }: { certificates: Collection<CertificateRecord>; place: Place; input: RequestCertificateRequest }): { CertificateArn: string } {
  const now = world.clock.now();
  const { DomainName: domainName = '', IdempotencyToken: token } = input;
  const repeated = certificates.values().find(({ idempotency, domainName: name }) => token !== undefined && idempotency?.token === token && idempotency.until > now && name === domainName);
  if (repeated !== undefined) return { CertificateArn: repeated.arn };
  const names = [...new Set([domainName, ...(input.SubjectAlternativeNames ?? [])])];
  for (const name of names) checkDomain(name);
  const authority = input.CertificateAuthorityArn;
  const certificate: CertificateRecord = {
    arn: `arn:aws:acm:${place.region}:${place.account}:certificate/${uuid(world.random)}`,
    domainName,
    subjectAlternativeNames: names,
    status: authority === undefined ? 'PENDING_VALIDATION' : 'ISSUED',
    type: authority === undefined ? 'AMAZON_ISSUED' : 'PRIVATE',
    keyAlgorithm: input.KeyAlgorithm ?? 'RSA_2048',
    createdAt: now,
    tags: addTags([], input.Tags ?? []),
    ...(authority === undefined ? {} : { certificateAuthorityArn: authority }),
    ...(token === undefined ? {} : { idempotency: { token, until: now + IDEMPOTENT_MS } }),
  };
  certificates.set(certificate.arn, certificate);
  return { CertificateArn: certificate.arn };
}

function checkDomain(name: string): void {
  if (name.length > 253 || !/^(\*\.)?(([A-Za-z0-9-]{0,62}[A-Za-z0-9])\.)+([A-Za-z0-9-]{0,62}[A-Za-z0-9])$/.test(name)) {
    throw new AwsError('InvalidDomainValidationOptionsException', `The domain name '${name}' is not valid`);
  }
}

function addTags(existing: readonly Tag[], added: readonly Tag[]): Tag[] {
  const reserved = added.find(({ Key }) => /^aws:/i.test(Key ?? ''));
  if (reserved !== undefined) throw new AwsError('InvalidTagException', `The tag key '${reserved.Key}' is reserved`);
  const byKey = new Map([...existing, ...added].map((tag) => [tag.Key, tag]));
  if (byKey.size > 50) throw new AwsError('TooManyTagsException', 'A certificate has at most 50 tags');
  return [...byKey.values()];
}
