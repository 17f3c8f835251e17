import { createAcm, type Acm } from './aws/acm';
import { createDynamoDb } from './aws/dynamodb/dynamodb';
import { createEc2, type LocalEc2 } from './aws/ec2/create-ec2';
import type { Ec2Quotas } from './aws/ec2/state';
import { createEks, type EksCluster } from './aws/eks';
import { createElbv2, type LocalElbv2 } from './aws/elbv2/create-elbv2';
import type { Quotas } from './aws/elbv2/quotas';
import { loadEnvironment } from './aws/environment';
import type { Disturbance } from './aws/events/delivery';
import { createEvents } from './aws/events/events';
import type { Operations, World } from './aws/operation';
import type { Place } from './aws/network';
import { createSecretsManager } from './aws/secretsmanager';
import { createLocalAws, type LocalAws } from './aws/server';
import { createShield, type Shield } from './aws/shield';
import { createSqs, type Sqs } from './aws/sqs/sqs';
import { createSts } from './aws/sts';
import { createTagging } from './aws/tagging';
import type { Throttling } from './aws/throttling';
import { createWafRegional, type WafRegional } from './aws/waf-regional';
import { createWafv2, type Protectable, type Wafv2 } from './aws/wafv2';

export interface LocalAccountOptions {
  readonly world: World;
  /** Where DynamoDB keeps its tables; in memory without it. */
  readonly dynamodbPath?: string;
  /** Where the local AWS answers, for URLs of queues; none in one process. */
  readonly endpoint?: () => string | undefined;
  readonly throttling?: Throttling;
  readonly quotas?: Partial<Quotas>;
  readonly ec2Quotas?: Partial<Ec2Quotas>;
  /** EKS clusters of the account. */
  readonly eksClusters?: (place: Place) => readonly EksCluster[];
  /** What goes wrong between the event bus and its queues. */
  readonly disturbance?: Disturbance;
  /** Further services by signing name. */
  readonly services?: Readonly<Record<string, Operations>>;
  readonly exit?: () => void;
}

/** A local AWS with all of its services, and the ways into them that only this process has. */
export interface LocalAccount {
  readonly world: World;
  readonly aws: LocalAws;
  readonly ec2: LocalEc2;
  readonly elbv2: LocalElbv2;
  readonly acm: Acm;
  readonly wafv2: Wafv2;
  readonly wafRegional: WafRegional;
  readonly shield: Shield;
  readonly sqs: Sqs;
  /** Fills the account from an environment, as the vectors' files state it. */
  load(environment: unknown): Place;
  close(): Promise<void>;
}

/** Puts the services of the local AWS together. State goes on where the world's storage has it. */
export function createLocalAccount(options: LocalAccountOptions): LocalAccount {
  const { world } = options;
  const ec2 = createEc2(world, options.ec2Quotas);
  const acm = createAcm(world, (place, arn) => elbv2.certificateUsers(place, arn));
  const elbv2: LocalElbv2 = createElbv2({
    world,
    network: ec2.network,
    hasCertificate: (call, arn) => arn.includes(':iam::') || acm.certificate(call, arn) !== undefined,
    ...(options.quotas ? { quotas: options.quotas } : {}),
  });
  const protectable: Protectable = (_, arn) => elbv2.state.loadBalancers.has(arn);
  const wafv2 = createWafv2(world, protectable);
  const wafRegional = createWafRegional(world, protectable);
  const shield = createShield(world);
  const sqs = createSqs(world, options.endpoint ? { endpoint: options.endpoint } : {});
  const dynamodb = createDynamoDb(world, options.dynamodbPath === undefined ? {} : { path: options.dynamodbPath });
  const aws = createLocalAws({
    world,
    services: {
      ec2: ec2.operations,
      elasticloadbalancing: elbv2.operations,
      acm: acm.operations,
      eks: createEks(options.eksClusters ?? (() => [])),
      events: createEvents(world, { queues: sqs.queues, ...(options.disturbance ? { disturbance: options.disturbance } : {}) }).operations,
      secretsmanager: createSecretsManager(world),
      shield: shield.operations,
      sqs: sqs.operations,
      sts: createSts(world).operations,
      tagging: createTagging([elbv2.tags, ec2.tags]),
      wafv2: wafv2.operations,
      'waf-regional': wafRegional.operations,
      ...options.services,
    },
    raw: { dynamodb: dynamodb.raw },
    defaultAccount: '111122223333',
    ...(options.throttling ? { throttling: options.throttling } : {}),
    ...(options.exit ? { exit: options.exit } : {}),
  });
  return {
    world,
    aws,
    ec2,
    elbv2,
    acm,
    wafv2,
    wafRegional,
    shield,
    sqs,
    load: (environment) => loadEnvironment({ world, ec2, elbv2: elbv2.state, acm, wafv2 }, environment),
    close: () => dynamodb.close(),
  };
}
