import { z } from 'zod';
import type { ImportedObject } from '../../local/cluster/import-objects';
import { type Pass, type PassPlan } from '../../local/pass-runner';
import { readAccount } from '../../local/read-account';
import { AdoptionVector, makeExist, replayAdoption, type RefusedCall } from '../../local/replay';
import { openSmallWorld, type SmallWorld } from '../../local/small-world';
import { isWrite } from '../../../shared/plan/change';
import { describeChange } from '../../../shared/plan/describe-change';
import { keyOf, runApproved } from '../approve-plan';
import { readVector, type Vector } from '../vectors/read-vector';
import { serviceObjects, subjectAmong } from '../vectors/service-objects';
import { accountShape, type AccountShape } from './account-shape';
import { compareShapes, type ShapeDifference } from './compare-shapes';

/** What taking over an account comes to. */
export interface Adoption {
  /** Calls of LBC that the local AWS refused. */
  readonly refused: readonly RefusedCall[];
  /** What the first plan would write, one line per change. Notes in the ledger are no writes. */
  readonly plan: readonly string[];
  /** Calls by which the first pass changed something in AWS, or an object that is no Event in the cluster; absent where there was none. */
  readonly writes?: readonly string[];
  /** What the first pass, or the one that builds the same anew, told the user; absent where there was nothing. */
  readonly problems?: readonly string[];
  /** Where the account that LBC built and the one that we build differ. */
  readonly differences: readonly ShapeDifference[];
}

/** A kind of subject that nobody adopts yet. */
export interface PendingAdoption {
  readonly pending: string;
}

/** A load balancer of LBC is long active when it is taken over. */
const SETTLED_MS = 10 * 60_000;

/**
 * Replays what LBC wrote, takes the account over, and builds the same objects' load balancers anew in a second account. Throws an Error where the file is not
 * understood, or a pass fails.
 */
export async function adoptFile(file: string): Promise<Adoption | PendingAdoption> {
  const vector = readVector(file);
  if (vector.subject.kind !== 'Service') return { pending: vector.subject.kind };
  subjectAmong(serviceObjects(vector.objects), vector);
  const recorded = recordedIn(vector);
  const taken = await takeOver(vector, recorded);
  const built = await build(vector, recorded);
  const problems = [...new Set([...taken.problems, ...built.problems])];
  return {
    refused: taken.refused,
    plan: taken.plan,
    ...(taken.writes.length > 0 ? { writes: taken.writes } : {}),
    ...(problems.length > 0 ? { problems } : {}),
    differences: compareShapes(taken.shape, built.shape),
  };
}

function recordedIn({ file, document }: Vector): AdoptionVector {
  const checked = AdoptionVector.safeParse(document);
  if (!checked.success) throw new Error(`${file} is no adoption vector: ${z.prettifyError(checked.error).replaceAll('\n', ' ')}`);
  return checked.data;
}

interface Taken extends Required<Pick<Adoption, 'refused' | 'plan' | 'writes' | 'problems'>> {
  /** As LBC left it. */
  readonly shape: AccountShape;
}

/** LBC's account, and our first pass over it. */
async function takeOver(vector: Vector, recorded: AdoptionVector): Promise<Taken> {
  let refused: readonly RefusedCall[] = [];
  const world = await openSmallWorld({
    environment: vector.environment,
    objects: objectsOf(vector),
    async before({ account, place, clock }) {
      const settle = () => Promise.resolve(clock.advance(SETTLED_MS));
      const replay = await replayAdoption({ account, place, vector: recorded, settle });
      refused = replay.refused;
      await settle();
      return instead(objectsOf(vector), z.array(z.custom<ImportedObject>()).parse(replay.kubernetes));
    },
  });
  const shape = await shapeOf(world, vector);
  world.account.aws.log.reset();
  world.cluster.calls.clear();
  const pass = completed(vector, await world.runner.run(keyOf(nameOf(vector))));
  const answer = { refused, plan: writesOf(pass), writes: writeCalls(world), problems: problemsOf(pass), shape };
  await world.close();
  return answer;
}

async function shapeOf({ account, place }: SmallWorld, { objects }: Vector): Promise<AccountShape> {
  return accountShape(await readAccount({ aws: account.aws, place }), JSON.stringify(objects));
}

/** The same objects as they were before LBC saw them, in an account in which nobody has worked. What LBC does unasked, a person approves here. */
async function build(vector: Vector, recorded: AdoptionVector): Promise<{ shape: AccountShape; problems: readonly string[] }> {
  const world = await openSmallWorld({
    environment: vector.environment,
    objects: objectsOf(vector),
    before({ account, place }) {
      makeExist({ account, place }, recorded.calls.map(({ input }) => input));
      return Promise.resolve(undefined);
    },
  });
  const pass = completed(vector, await runApproved(world, nameOf(vector)));
  world.clock.advance(SETTLED_MS);
  const shape = await shapeOf(world, vector);
  await world.close();
  return { shape, problems: problemsOf(pass) };
}

const nameOf = ({ subject: { namespace = 'default', name = '' } }: Vector) => ({ namespace, name });

function completed({ file }: Vector, pass: Pass): Pass {
  if (pass.failure) throw new Error(`${file}: the pass failed after ${pass.states.at(-1) ?? 'nothing'}: ${pass.failure.error}: ${pass.failure.cause}`);
  return pass;
}

const objectsOf = ({ objects }: Vector) => objects as unknown as readonly ImportedObject[];

/** The objects, those of `later` in place of their namesakes. */
function instead(objects: readonly ImportedObject[], later: readonly ImportedObject[]): ImportedObject[] {
  const labelOf = ({ kind, metadata: { namespace, name } }: ImportedObject) => `${kind} ${namespace ?? ''}/${name}`;
  const replaced = new Set(later.map(labelOf));
  return [...objects.filter((object) => !replaced.has(labelOf(object))), ...later];
}

function writesOf({ plans: [first] }: Pass): string[] {
  return (first?.plan?.changes ?? []).filter(isWrite).map(describeChange);
}

function problemsOf({ plans }: Pass): string[] {
  return plans.flatMap(({ problems }: PassPlan) => problems.map(({ code, message }) => `${code}: ${message}`));
}

/** Events are what a pass is allowed to write. */
function writeCalls({ account, cluster }: SmallWorld): string[] {
  const inAws = account.aws.log.calls().filter(({ kind }) => kind === 'write').map(({ service, action, result }) => `${service}:${action} ${result}`);
  const inCluster = cluster.calls.all().filter(({ verb, resource }) => !['get', 'list', 'watch'].includes(verb) && resource !== 'events').map(({ verb, resource, name }) => `${verb} ${resource} ${name ?? ''}`);
  return [...inAws, ...inCluster];
}
