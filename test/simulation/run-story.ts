import { chanceOf } from './chance';
import { watchAccount } from './checks/check-account';
import { checkWait, watchCluster } from './checks/check-cluster';
import { watchTable } from './checks/check-table';
import { bindings, readyTargets } from './checks/cluster-view';
import { findUnsettled, findWrong, wrongTargetsOf } from './checks/settled';
import { createDisturbances, type Disturbances } from './story/disturbances';
import { LEAST, type Consequence, type Deed, type FaultKind, type Move, type Story } from './story/story';
import { tellDeed } from './story/tell-story';
import { createUser } from './story/user';
import { SECRET } from './world/aws-door';
import { passTime } from './world/base-world';
import { openWorld, type World, type WorldParts } from './world/open-world';

/** Something that must never happen, and did. */
export interface Violation {
  readonly rule: string;
  readonly words: string;
  /** Seconds after the beginning. */
  readonly at: number;
}

/** How a run went. */
export interface RunResult {
  readonly seed: number;
  readonly violation: Violation | undefined;
  /** One line per thing that happened. */
  readonly trace: readonly string[];
  /** The story as it was played, with the spare moves that were made: it gives the same trace again. */
  readonly story: Story;
  /** Moves of the user that found something to do; those of an operator are not counted. */
  readonly moves: number;
  /** Faults of the story that struck. */
  readonly struck: number;
  readonly fired: ReadonlyMap<FaultKind | Consequence, number>;
  /** Minutes of the driven clock from the last fault to rest. */
  readonly settledAfter: number;
}

/** What is kept of a run among many: the rest can be had again from its seed. */
export type SeedResult = Omit<RunResult, 'trace' | 'story'>;

const MINUTE_MS = 60_000;
/** Time for what a spare move sets going to meet its faults. */
const SPARE_PAUSE_MS = 20_000;
/** After the last fault everything comes to rest within this: an expired lease and its backoff, a resync, the waits of retries. */
const REST_WITHIN_MINUTES = 35;
/** Somebody changed AWS by hand, or LBC left a rule that no binding asks for: nobody tells us, it is found within about an hour. */
const REST_AFTER_TAMPERING_MINUTES = 80;
/** A pod is ready after two seconds, and its target registered seconds later. */
const PROMPT_MS = 20_000;
/** When it is looked whether everything has come to rest; a look is dear. Not always at the same second of a minute: something is swept then, and so busy. */
const LOOKS_MINUTES = [1, 2, 3.3, 5.6, 8, 12.3, 16.6, 20, 24.3, 28.6, 32, 35, 45.3, 55.6, 62, 66.3, 70.6, 74, 77.3, 80];
/** Longer than from one resync to the next. */
const QUIET_MINUTES = 12;

/** Stops a run at its first violation. */
class Violated extends Error {
  constructor(readonly violation: Violation) {
    super(violation.words);
  }
}

/** Runs a story to its end, or to the first thing that must not happen. The same story gives the same trace. */
export async function runStory(story: Story, { inspect }: { inspect?: (world: World) => void } = {}): Promise<RunResult> {
  const run = await beginRun(story);
  let settledAfter = 0;
  try {
    await playStory(run, story);
    settledAfter = await waitForRest(run, story);
    await expectQuiet(run);
    await expectPrompt(run, story);
    searchSecrets(run);
  } catch (error) {
    if (!(error instanceof Violated) && run.violations.length === 0) run.violate('crash', error instanceof Error ? (error.stack ?? error.message) : String(error));
  } finally {
    inspect?.(run.world);
    run.close();
    await run.world.close();
  }
  const { disturbances, spent, violations, trace } = run;
  const played: Story = { ...story, moves: [...story.moves, ...spent], faults: disturbances.faults(), spare: [] };
  return { seed: story.seed, violation: violations[0], trace, story: played, moves: run.moves(), struck: disturbances.struck(), fired: disturbances.fired, settledAfter };
}

interface Run {
  readonly world: World;
  readonly disturbances: Disturbances;
  readonly trace: string[];
  readonly violations: Violation[];
  readonly violate: (rule: string, words: string) => void;
  readonly expectNone: () => void;
  readonly tell: (line: string) => void;
  readonly moves: () => number;
  readonly moved: () => void;
  /** Spare moves that were made. */
  readonly spent: Move[];
  readonly close: () => void;
}

async function beginRun(story: Story): Promise<Run> {
  const trace: string[] = [];
  const violations: Violation[] = [];
  let world: World | undefined;
  let disturbances: Disturbances | undefined;
  let start = 0;
  let moves = 0;
  let isOver = false;
  const now = () => world?.clock.now() ?? start;
  const seconds = () => (now() - start) / 1000;
  const tell = (line: string) => void (isOver || trace.push(`${seconds().toFixed(3)} ${line}`));
  const violate = (rule: string, words: string) => {
    if (isOver) return;
    tell(`VIOLATION ${rule}: ${words}`);
    violations.push({ rule, words, at: seconds() });
  };
  const lasting = (kind: FaultKind) => disturbances?.lasts(kind) ?? false;
  const taken = (kind: FaultKind) => disturbances?.takes(kind);
  const table = watchTable({ now, violated: violate, leaseExpired: () => disturbances?.count('lease-expired') });
  let lookAtCluster: WorldParts['onEffect'];
  const parts: WorldParts = {
    seed: story.seed,
    driftCheckAfter: story.driftCheckAfter,
    tell,
    violated: violate,
    strike: (what, by) => disturbances?.strike(what, by),
    isRough: () => disturbances?.isOver() === false,
    happened: (consequence) => disturbances?.count(consequence),
    begun: (invocation) => {
      const { key } = (invocation.event ?? {}) as { key?: string };
      if (world && key !== undefined) invocation.newestAtStart = table.newest(key);
      if (world && invocation.functionName === 'sync-targets') invocation.readyThroughout = readyIn(world);
    },
    written: table.written,
    logged: (line) => {
      if (line.includes(SECRET)) violate('secret', `a log line holds a secret: ${line.slice(0, 200)}`);
    },
    failed: (invocation, error) => {
      checkWait(invocation, error, violate);
      // What a function throws stands in its log and in the history of the execution.
      if (String(error).includes(SECRET)) violate('secret', `the error of ${invocation.functionName} holds a secret`);
    },
    onEffect: (what, by, when) => {
      lookAtCluster?.(what, by, when);
      // What it read decides: a port that was gone for a moment may have been gone just then.
      if (world && by?.readyThroughout && what.to === 'cluster' && !what.write && when === 'after') {
        const ready = readyIn(world);
        by.readyThroughout = new Set([...by.readyThroughout].filter((target) => ready.has(target)));
      }
      if (when === 'after' && what.write) tell(`${by?.functionName ?? 'forwarder'}: ${what.name} ${what.about}`);
    },
    deliveries: () => {
      if (taken('event-lost')) return [];
      const late = taken('event-late');
      if (late) return [Math.round(late.size * 10 * MINUTE_MS)];
      const twice = taken('event-twice');
      return twice ? [0, Math.round(twice.size * MINUTE_MS)] : [0];
    },
    refusal: () => taken('event-refused') !== undefined,
    queueRefuses: () => taken('queue-refuses') !== undefined,
    keepsMessage: () => taken('message-again') !== undefined,
    isLate: (schedule) => lasting(schedule === 'sweep' ? 'sweeper-late' : 'resync-late'),
  };
  world = await openWorld(parts);
  start = world.clock.now();
  disturbances = createDisturbances({ clock: world.clock, faults: story.faults });
  watchAccount(world, violate);
  lookAtCluster = watchCluster(world, { violated: violate, referencesOf: table.referencesOf });
  world.states.onState((event) => {
    if (event.type === 'ended') tell(`execution ${event.name} ended: ${event.status}${event.error === undefined ? '' : ` ${event.error}`}`);
    if (event.type === 'ended' && event.status === 'FAILED') disturbances?.count('execution-failed');
  });
  const expectNone = () => {
    if (violations[0]) throw new Violated(violations[0]);
  };
  const forgotten = (reason: unknown) => violate('left running', `a promise that nobody waits for failed: ${reason instanceof Error ? reason.message : String(reason)}`);
  process.on('unhandledRejection', forgotten);
  const close = () => {
    isOver = true;
    process.off('unhandledRejection', forgotten);
  };
  return { world, disturbances, trace, violations, violate, expectNone, tell, moves: () => moves, moved: () => void (moves += 1), spent: [], close };
}

/** Endpoints that are ready, each as `binding target`. */
function readyIn(world: World): Set<string> {
  return new Set(bindings(world).flatMap((binding) => [...readyTargets(world, binding)].map((target) => `${binding.metadata.name} ${target}`)));
}

/** The moves at their times, and the faults that are not about calls. */
async function playStory(run: Run, story: Story): Promise<void> {
  const { world, disturbances } = run;
  const start = world.clock.now();
  const user = createUser({ world, chance: chanceOf(story.seed, 'user'), happened: disturbances.count, tell: run.tell });
  const perform = async (deed: Deed): Promise<boolean> => {
    const done = await user.perform(deed);
    run.tell(`the user ${tellDeed(deed)}${done ? '' : ' (there is nothing to do that to)'}`);
    if (done && deed.kind !== 'abort' && deed.kind !== 'redrive-all') run.moved();
    return done;
  };
  const steps = [
    ...story.moves.map(({ at, deed }) => ({ at, act: () => perform(deed) })),
    ...story.faults.filter(({ kind }) => ['watch-gone', 'watches-broken', 'forwarder-restarts'].includes(kind)).map(({ at, kind, size }) => ({ at, act: () => Promise.resolve(disturb(run, kind, size)) })),
  ].sort((a, b) => a.at - b.at);
  let last = start;
  for (const step of steps) {
    await passWatched(run, start + step.at - world.clock.now());
    await step.act();
    last = world.clock.now();
  }
  const isEnough = () => run.moves() >= LEAST.moves && disturbances.struck() >= LEAST.faults;
  if (story.spare.length > 0 && !isEnough()) await passWatched(run, SPARE_PAUSE_MS);
  for (const deed of story.spare) {
    if (isEnough()) break;
    disturbances.hurry();
    run.spent.push({ at: world.clock.now() - start, deed });
    const done = await perform(deed);
    last = world.clock.now();
    if (done) await passWatched(run, SPARE_PAUSE_MS);
  }
  await passWatched(run, last + MINUTE_MS - world.clock.now());
  disturbances.stop();
  run.tell('nothing goes wrong from now on');
}

function disturb({ world, disturbances, tell }: Run, kind: FaultKind, size: number): void {
  if (!disturbances.takes(kind)) return;
  tell(`fault: ${kind}`);
  if (kind === 'watch-gone') world.cluster.faults.compact();
  if (kind === 'forwarder-restarts') world.restartForwarder(size * 5 * MINUTE_MS);
  else world.cluster.faults.breakWatches();
}

/** Time passes until `ms` are over or something has gone wrong. */
async function passWatched(run: Run, ms: number): Promise<void> {
  await passTime(run.world.clock, Math.max(0, ms), () => run.violations.length > 0);
  run.expectNone();
}

/** Minutes until everything is as it should be. Violates where that takes too long. */
async function waitForRest(run: Run, story: Story): Promise<number> {
  const tampered = story.moves.some(({ deed }) => deed.kind.startsWith('aws-') || deed.kind === 'delete-binding' || deed.kind === 'adopt');
  const limit = tampered ? REST_AFTER_TAMPERING_MINUTES : REST_WITHIN_MINUTES;
  let unsettled: string[] = [];
  let minutes = 0;
  for (const look of LOOKS_MINUTES.filter((each) => each <= limit)) {
    await passWatched(run, (look - minutes) * MINUTE_MS);
    minutes = look;
    unsettled = await findUnsettled(run.world);
    if (unsettled.length === 0) return minutes;
  }
  run.violate('not settled', `${limit} minutes after the last fault: ${unsettled.slice(0, 5).join('; ')}`);
  run.expectNone();
  return limit;
}

/** Who has come to rest writes nothing any more. */
async function expectQuiet(run: Run): Promise<void> {
  const { world } = run;
  const before = world.account.aws.log.calls().length;
  const clusterBefore = world.clock.now();
  await passWatched(run, QUIET_MINUTES * MINUTE_MS);
  const writes = world.account.aws.log.calls().slice(before).filter(({ kind, service, caller }) => kind === 'write' && caller !== 'USER' && (service === 'ec2' || service === 'elasticloadbalancing'));
  if (writes.length > 0) run.violate('not quiet', `everything was settled, and then: ${writes.map(({ action }) => action).join(', ')}`);
  // An Event that tells of what a person must mend is told again and again: the API server forgets Events after an hour.
  const objects = world.cluster.calls.all().filter(({ at, verb, resource, userAgent }) => at > clusterBefore && userAgent === 'stepbalancer' && resource !== 'events' && !['get', 'list', 'watch'].includes(verb));
  if (objects.length > 0) run.violate('not quiet', `everything was settled, and then: ${objects.map(({ verb, resource, name }) => `${verb} ${resource} ${name ?? ''}`).join(', ')}`);
  const unsettled = await findWrong(world);
  if (unsettled.length > 0) run.violate('not settled', `it was settled, and then: ${unsettled.slice(0, 5).join('; ')}`);
  run.expectNone();
}

/** Where nothing goes wrong, changes are followed at once: pods within seconds, an annotation without waiting for health. */
async function expectPrompt(run: Run, story: Story): Promise<void> {
  const { world } = run;
  const user = createUser({ world, chance: chanceOf(story.seed, 'last moves'), happened: () => undefined, tell: run.tell });
  for (const replicas of [3, 1]) {
    for (const deployment of ['web', 'api']) await user.perform({ kind: 'scale', deployment, replicas });
    run.tell(`the user scales everything to ${replicas}`);
    await passWatched(run, PROMPT_MS);
    const late = wrongTargetsOf(world);
    if (late.length > 0) run.violate('not prompt', `${PROMPT_MS / 1000} s after pods came or went: ${late.slice(0, 3).join('; ')}`);
    run.expectNone();
  }
}

/** Nothing that is stored in the cluster, or was sent to AWS, holds a secret. */
function searchSecrets(run: Run): void {
  const { world } = run;
  const kinds = ['services', 'events', 'targetgroupbindings.elbv2.k8s.aws'];
  for (const kind of kinds) for (const object of world.objects(kind)) if (JSON.stringify(object).includes(SECRET)) run.violate('secret', `${object.kind} ${object.metadata.name} holds a secret`);
  for (const { action, input, service } of world.account.aws.log.calls()) if (service !== 'events' && JSON.stringify(input ?? null).includes(SECRET)) run.violate('secret', `${action} was sent a secret`);
  run.expectNone();
}
