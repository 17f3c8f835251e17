import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { createAcm } from '../../../infra/local/aws/acm';
import { createEc2 } from '../../../infra/local/aws/ec2/create-ec2';
import { createElbv2 } from '../../../infra/local/aws/elbv2/create-elbv2';
import { loadEnvironment } from '../../../infra/local/aws/environment';
import { mergeOverrides } from '../../../infra/local/aws/environment-schema';
import { createLocalAws } from '../../../infra/local/aws/server';
import { createShield } from '../../../infra/local/aws/shield';
import { createWafRegional } from '../../../infra/local/aws/waf-regional';
import { createWafv2 } from '../../../infra/local/aws/wafv2';
import { drivenClock } from '../../../infra/local/clock';
import { AdoptionVector, replayAdoption, type Replay } from '../../../infra/local/replay';
import { memoryStorage } from '../../../infra/local/storage';
import { seededRandom } from './aws/ec2/ec2-world';

const folder = 'test/vectors';
const VectorFile = AdoptionVector.extend({ environment: z.string(), overrides: z.unknown() });
const readYaml = (path: string): unknown => parse(readFileSync(path, 'utf8'));

/** The files of the adoption vectors of one kind. */
export const adoptionFiles = (kind: 'service' | 'ingress'): string[] => readdirSync(`${folder}/adoption/${kind}`).map((name) => `${kind}/${name}`);

/** Replays an adoption vector into a fresh account made of the parts that its calls touch, on a driven clock. */
export async function replayFile(file: string): Promise<Replay & { readonly elbv2: ReturnType<typeof createElbv2> }> {
  const { environment, overrides, ...vector } = VectorFile.parse(readYaml(`${folder}/adoption/${file}`));
  const clock = drivenClock();
  const world = { storage: memoryStorage(), clock, random: seededRandom(11), factor: 1 };
  const ec2 = createEc2(world);
  const acm = createAcm(world);
  const elbv2 = createElbv2({ world, network: ec2.network, hasCertificate: (call, arn) => acm.hasCertificate(call, arn) });
  const exists = (_: unknown, arn: string) => elbv2.state.loadBalancers.has(arn);
  const [wafv2, wafRegional, shield] = [createWafv2(world, exists), createWafRegional(world, exists), createShield(world)];
  const services = { ec2: ec2.operations, elasticloadbalancing: elbv2.operations, acm: acm.operations, wafv2: wafv2.operations, 'waf-regional': wafRegional.operations, shield: shield.operations };
  const place = loadEnvironment({ world, ec2, elbv2: elbv2.state, acm, wafv2 }, mergeOverrides(readYaml(`${folder}/environments/${environment}.yaml`), overrides));
  const settle = () => Promise.resolve(clock.advance(600_000));
  const replay = await replayAdoption({ account: { aws: createLocalAws({ world, services }), ec2, acm, wafv2, wafRegional, shield }, place, vector, settle });
  return { ...replay, elbv2 };
}
