import { createAcm, type Acm } from '../../../../infra/local/aws/acm';
import { createEc2, type LocalEc2 } from '../../../../infra/local/aws/ec2/create-ec2';
import { elbv2State, type Elbv2State } from '../../../../infra/local/aws/elbv2/state';
import { inProcessHandler } from '../../../../infra/local/aws/in-process';
import type { World } from '../../../../infra/local/aws/operation';
import { createLocalAws } from '../../../../infra/local/aws/server';
import { createShield } from '../../../../infra/local/aws/shield';
import { createWafv2, type Wafv2 } from '../../../../infra/local/aws/wafv2';
import { createSecretsManager } from '../../../../infra/local/aws/secretsmanager';
import { createEks, type EksCluster } from '../../../../infra/local/aws/eks';
import { createLambda } from '../../../../infra/local/aws/lambda/lambda-operations';
import type { LocalFunction } from '../../../../infra/local/aws/lambda/lambda-runtime';
import { drivenClock, type DrivenClock } from '../../../../infra/local/clock';
import { memoryStorage } from '../../../../infra/local/storage';
import { seededRandom } from './ec2/ec2-world';

/** The account services and EC2 on one driven clock, without ELBv2's operations (its state is there to be filled). */
export interface AccountWorld {
  readonly world: World;
  readonly clock: DrivenClock;
  readonly ec2: LocalEc2;
  readonly acm: Acm;
  readonly wafv2: Wafv2;
  readonly elbv2: Elbv2State;
  /** What every SDK client needs to call it in process. */
  readonly client: { region: string; credentials: { accessKeyId: string; secretAccessKey: string }; requestHandler: ReturnType<typeof inProcessHandler>; maxAttempts: number };
}

/** A fresh account in us-west-2; `certificateUsers`, `clusters` and `functions` stand for the services that are not here. */
export function accountWorld({ certificateUsers = [], clusters = [], functions = [] }: { certificateUsers?: readonly string[]; clusters?: readonly EksCluster[]; functions?: readonly LocalFunction[] } = {}): AccountWorld {
  const clock = drivenClock();
  const world = { storage: memoryStorage(), clock, random: seededRandom(7), factor: 1 };
  const ec2 = createEc2(world);
  const acm = createAcm(world, () => certificateUsers);
  const wafv2 = createWafv2(world, (_, arn) => !arn.includes('/provisioning/'));
  const services = { ec2: ec2.operations, acm: acm.operations, wafv2: wafv2.operations, shield: createShield(world).operations, secretsmanager: createSecretsManager(world), eks: createEks(() => clusters), lambda: createLambda(() => functions) };
  const requestHandler = inProcessHandler(createLocalAws({ world, services }));
  const credentials = { accessKeyId: '111122223333', secretAccessKey: 'test' };
  return { world, clock, ec2, acm, wafv2, elbv2: elbv2State(world.storage), client: { region: 'us-west-2', credentials, requestHandler, maxAttempts: 1 } };
}
