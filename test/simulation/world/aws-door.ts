import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { RequestSigner } from '@smithy/types';
import { currentSignal } from '../../../functions/abort';
import { createAcm } from '../../../shared/aws/acm';
import { createEc2 } from '../../../shared/aws/ec2';
import { createElbv2 } from '../../../shared/aws/elbv2';
import { createEventBus } from '../../../shared/aws/event-bus';
import { createExecutions } from '../../../shared/aws/executions';
import { createTagging } from '../../../shared/aws/tagging';
import { createTargetQueue } from '../../../shared/aws/target-queue';
import { defaultIds } from '../../../infra/local/aws/default-environment';
import { inProcessHandler, ValueResponse } from '../../../infra/local/aws/in-process';
import type { LocalAws } from '../../../infra/local/aws/server';
import { NAMES } from '../../../infra/local/deploy';

type Handle = LocalAws['handle'];

readValues();

/** Lets the clients of Query services take outputs as values: half of a run's time went into XML that was written and read in the same process. */
function readValues(): void {
  const { protocol } = new ElasticLoadBalancingV2Client({ region: defaultIds.region }).config;
  const query = Object.getPrototypeOf(protocol) as Reader;
  const readXml = query.deserializeResponse;
  query.deserializeResponse = function (this: Reader, ...answer) {
    const [, , response] = answer;
    return response instanceof ValueResponse ? Promise.resolve({ ...(response.value as object), $metadata: {} }) : readXml.apply(this, answer);
  };
}

interface Reader {
  deserializeResponse(operation: unknown, context: unknown, response: unknown): Promise<unknown>;
}

/** The SDK clients of this process, made once: making them costs more than a run. Whose local AWS they reach is set by each run. */
let functionsReach: Handle = unopened;
let userReaches: Handle = unopened;

function unopened(): never {
  throw new Error('no world is open: call reachAws first');
}

/** Lets the functions' clients, and the user's, reach these from now on. */
export function reachAws({ functions, user }: { functions: Handle; user: Handle }): void {
  functionsReach = functions;
  userReaches = user;
}

const { region, account } = defaultIds;
/** Stands where a secret would: nothing that is stored or logged may contain it. */
export const SECRET = 'MARKER0of0a0SECRET0that0nobody0may0see';

/** Says who calls which service, without hashing: the local AWS reads the scope and verifies nothing. */
function unsigned(accessKeyId: string): () => Promise<RequestSigner> {
  const signer: RequestSigner = {
    sign(request) {
      const service = request.hostname.split('.')[0] ?? '';
      request.headers['authorization'] = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=none`;
      return Promise.resolve(request);
    },
  };
  return () => Promise.resolve(signer);
}

/** How the functions reach AWS. The SDK itself does not repeat: the network does that, by chance. */
export const functionsConfig = { region, credentials: { accessKeyId: account, secretAccessKey: SECRET }, requestHandler: inProcessHandler({ handle: (...call) => functionsReach(...call) }, { wantsValue: true }), maxAttempts: 1, signal: currentSignal, signer: unsigned(account) };
/** How the user reaches AWS: at once, and without faults. */
export const userConfig = { region, credentials: { accessKeyId: 'USER', secretAccessKey: SECRET }, requestHandler: inProcessHandler({ handle: (...call) => userReaches(...call) }, { wantsValue: true }), maxAttempts: 1, signer: unsigned('USER') };

const forwarderConfig = { ...functionsConfig, signal: () => undefined };

/** The clients that functions are given. */
export const functionsAws = {
  acm: createAcm(functionsConfig),
  elbv2: createElbv2(functionsConfig),
  ec2: createEc2(functionsConfig),
  tagging: createTagging(functionsConfig),
  executions: createExecutions({ config: functionsConfig, stateMachine: `arn:aws:states:${region}:${account}:stateMachine:${NAMES.stateMachine}` }),
  targetQueue: createTargetQueue({ config: functionsConfig, queueUrl: `https://sqs.${region}.amazonaws.com/${account}/${NAMES.targets}` }),
};

/** The forwarder's bus. */
export const forwarderBus = createEventBus({ config: forwarderConfig, bus: NAMES.bus });

/** The user's clients. */
export const userAws = { elbv2: createElbv2(userConfig), ec2: createEc2(userConfig), tagging: createTagging(userConfig) };
