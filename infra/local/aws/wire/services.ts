import { readServiceSchema } from './service-schema';
import type { ServiceDescription, ServiceSchema } from './service-schema';

interface KnownService extends ServiceDescription {
  /** Loads the SDK package that holds the schemas; without one, JSON is taken as it comes. */
  readonly load?: () => Promise<object>;
}

const json11 = { protocol: 'json', jsonVersion: '1.1' } as const;
const json10 = { protocol: 'json', jsonVersion: '1.0' } as const;

/** Services by signing name. Packages are loaded at a service's first call: EC2's alone takes 100 ms. */
const known: Readonly<Record<string, KnownService>> = {
  elasticloadbalancing: {
    protocol: 'query',
    version: '2015-12-01',
    xmlNamespace: 'http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/',
    load: () => import('@aws-sdk/client-elastic-load-balancing-v2'),
  },
  ec2: { protocol: 'ec2', version: '2016-11-15', xmlNamespace: 'http://ec2.amazonaws.com/doc/2016-11-15/', load: () => import('@aws-sdk/client-ec2') },
  sts: { protocol: 'query', version: '2011-06-15', xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/', load: () => import('@aws-sdk/client-sts') },
  dynamodb: { ...json10, version: '2012-08-10', target: 'DynamoDB_20120810', load: () => import('@aws-sdk/client-dynamodb') },
  states: { ...json10, version: '2016-11-23', target: 'AWSStepFunctions', load: () => import('@aws-sdk/client-sfn') },
  sqs: { ...json10, version: '2012-11-05', target: 'AmazonSQS', queryCompatible: true, load: () => import('@aws-sdk/client-sqs') },
  events: { ...json11, version: '2015-10-07', target: 'AWSEvents', load: () => import('@aws-sdk/client-eventbridge') },
  acm: { ...json11, version: '2015-12-08', target: 'CertificateManager', load: () => import('@aws-sdk/client-acm') },
  tagging: { ...json11, version: '2017-01-26', target: 'ResourceGroupsTaggingAPI_20170126', load: () => import('@aws-sdk/client-resource-groups-tagging-api') },
  secretsmanager: { ...json11, version: '2017-10-17', target: 'secretsmanager', load: () => import('@aws-sdk/client-secrets-manager') },
  shield: { ...json11, version: '2016-06-02', target: 'AWSShield_20160616' },
  wafv2: { ...json11, version: '2019-07-29', target: 'AWSWAF_20190729' },
  'waf-regional': { ...json11, version: '2016-11-28', target: 'AWSWAF_Regional_20161128' },
  scheduler: { protocol: 'rest-json', version: '2021-06-30', load: () => import('@aws-sdk/client-scheduler') },
  lambda: { protocol: 'rest-json', version: '2015-03-31', load: () => import('@aws-sdk/client-lambda') },
  eks: { protocol: 'rest-json', version: '2017-11-01', load: () => import('@aws-sdk/client-eks') },
};

const loaded = new Map<string, Promise<ServiceSchema>>();

/** The wire format of a service by its signing name, or `undefined` for a service that is not known at all. */
export function serviceSchema(signingName: string): Promise<ServiceSchema> | undefined {
  const description = known[signingName];
  if (description === undefined) return undefined;
  const schema = loaded.get(signingName) ?? load(description);
  loaded.set(signingName, schema);
  return schema;
}

async function load({ load: loadPackage, ...description }: KnownService): Promise<ServiceSchema> {
  const exported = (await loadPackage?.()) ?? {};
  return readServiceSchema({ ...exported }, description);
}
