import { drivenClock, type DrivenClock } from '../../infra/local/clock';
import { inProcessHandler } from '../../infra/local/aws/in-process';
import type { World } from '../../infra/local/aws/operation';
import { createLocalAws, type LocalAws, type LocalAwsOptions } from '../../infra/local/aws/server';
import { seededRandom } from '../../infra/local/seeded-random';
import { memoryStorage, type Storage } from '../../infra/local/storage';

/** A world whose time only moves when told to and whose chance is always the same. */
export interface DrivenWorld extends World {
  readonly clock: DrivenClock;
}

/** A world for one test. Pass the storage of another to restart it. */
export function drivenWorld({ storage = memoryStorage(), factor = 1, clock = drivenClock() }: { storage?: Storage; factor?: number; clock?: DrivenClock } = {}): DrivenWorld {
  return { storage, clock, random: seededRandom(42), factor };
}

/** What an unmodified SDK client is made with to reach a local AWS without a socket. */
export function clientConfig(localAws: Pick<LocalAws, 'handle'>, { account = '111122223333', region = 'eu-west-1' } = {}) {
  return { region, endpoint: 'http://local.test', credentials: { accessKeyId: account, secretAccessKey: 'secret' }, requestHandler: inProcessHandler(localAws), maxAttempts: 1 };
}

/** A local AWS of the given services. */
export function localAwsOf(world: World, services: LocalAwsOptions['services'], raw: NonNullable<LocalAwsOptions['raw']> = {}): LocalAws {
  return createLocalAws({ world, services, raw });
}

/** Lets everything that is ready run to where it waits for time. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Moves the clock by `ms` in steps, and lets what each timer started run before the next one fires. */
export async function passTime(clock: DrivenClock, ms: number): Promise<void> {
  const end = clock.now() + ms;
  await settle();
  for (let next = clock.nextTimer(); next !== undefined && next <= end; next = clock.nextTimer()) {
    clock.advance(Math.max(0, next - clock.now()));
    await settle();
  }
  clock.advance(end - clock.now());
  await settle();
}
