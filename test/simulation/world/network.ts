import type { Clock } from '../../../infra/local/clock';
import type { Chance } from '../chance';
import type { CallFaultKind } from '../story/story';
import { currentInvocation, never, type Invocation } from './invocations';

/** What somebody asks of somebody else. */
export interface CallInfo {
  readonly to: 'aws' | 'table' | 'cluster';
  /** `elasticloadbalancing:CreateTargetGroup`, `table:update`, `cluster:PATCH services`. */
  readonly name: string;
  /** What it is about, in words. */
  readonly about: string;
  readonly write: boolean;
}

/** How the other side may answer other than well. */
export type PerformFault = Extract<CallFaultKind, 'throttled' | 'server-error' | 'denied' | 'stale-read' | 'stale-index' | 'conflict' | 'too-many-requests'>;

/** A call that can be made to take effect. */
export interface Transmission<Answer> {
  readonly what: CallInfo;
  readonly signal: AbortSignal | undefined;
  readonly perform: (fault?: { readonly kind: PerformFault; readonly size: number }) => Promise<Answer>;
  /** What the caller sees when the connection breaks: an answer, or it throws. */
  readonly broken: () => Answer;
  /** What the caller sees when it gave up. */
  readonly abandoned: () => never;
}

/** A fault that strikes a call. */
export interface Strike {
  readonly kind: CallFaultKind;
  readonly size: number;
}

export interface NetworkParts {
  readonly clock: Clock;
  readonly chance: Chance;
  /** The fault that strikes this call, if one does. */
  readonly strike: (what: CallInfo, by: Invocation | undefined) => Strike | undefined;
  /** Whether things go wrong at present: then some calls take seconds. */
  readonly isRough: () => boolean;
  readonly tell: (line: string) => void;
  /** Something happened that must not. */
  readonly violated: (rule: string, words: string) => void;
  /** Told before each effect of a call. */
  readonly onEffect?: (what: CallInfo, by: Invocation | undefined, when: 'before' | 'after') => void;
}

/** The way between all programs and what they call. Every call becomes events on the one clock: when it takes effect, and when its answer arrives. */
export interface Network {
  call<Answer>(transmission: Transmission<Answer>): Promise<Answer>;
  /** A pause of random length: how long a message takes. */
  travel(): Promise<void>;
}

const LATE_MS = { from: 53_500, to: 57_000 }; // moments after the caller gave up, which is 55 s after it began
const GIVES_UP_MS = 70_000;

/** A network on a driven clock. */
export function createNetwork(parts: NetworkParts): Network {
  const { clock, chance, isRough } = parts;
  const wait = (ms: number) => new Promise<void>((resolve) => void clock.after(ms, resolve));
  const travelMs = () => {
    const luck = chance.next();
    if (luck < 0.9) return 1 + chance.next() * 20;
    if (luck < 0.985 || !isRough()) return 20 + chance.next() * 400;
    return 500 + chance.next() * 5000;
  };
  const travel = () => wait(travelMs());

  async function call<Answer>({ what, signal, perform, broken, abandoned }: Transmission<Answer>): Promise<Answer> {
    const by = currentInvocation();
    if (by?.dead) return never();
    if (signal?.aborted) return abandoned();
    if (by?.settled) parts.violated('left running', `${by.functionName} called ${what.name} (${what.about}) after it had answered`);
    const strike = parts.strike(what, by);
    const underWay = `${what.name} (${what.about})`;
    by?.underWay.add(underWay);
    const effect = async (fault?: { kind: PerformFault; size: number }) => {
      parts.onEffect?.(what, by, 'before');
      const answer = await perform(fault);
      parts.onEffect?.(what, by, 'after');
      return answer;
    };
    try {
      return await unlessAbandoned(signal, () => run({ what, by, strike, effect, broken }), () => {
        const isTimeOut = (signal?.reason as Error | undefined)?.name === 'TimeoutError'; // of this one call
        if (by && what.write && !isTimeOut && !by.outOfTime && !by.dead) parts.violated('left running', `${by.functionName} answered while ${underWay} was under way`);
        return abandoned();
      });
    } finally {
      by?.underWay.delete(underWay);
    }
  }

  interface Running<Answer> {
    readonly what: CallInfo;
    readonly by: Invocation | undefined;
    readonly strike: Strike | undefined;
    readonly effect: (fault?: { kind: PerformFault; size: number }) => Promise<Answer>;
    readonly broken: () => Answer;
  }

  async function run<Answer>({ what, by, strike, effect, broken }: Running<Answer>): Promise<Answer> {
    const isOver = () => by?.dead === true;
    const die = () => {
      by?.kill();
      return never();
    };
    await travel();
    if (strike) parts.tell(`fault: ${strike.kind} strikes ${by?.functionName ?? 'the forwarder'}: ${what.name} (${what.about})`);
    if (strike?.kind === 'late-effect') {
      await wait(LATE_MS.from + strike.size * (LATE_MS.to - LATE_MS.from));
      await effect();
      return never();
    }
    if (isOver()) return never();
    switch (strike?.kind) {
      case 'killed-before':
        return die();
      case 'killed-after':
        await effect();
        return die();
      case 'dropped':
        await travel();
        return isOver() ? never() : broken();
      case 'hangs':
        await wait(GIVES_UP_MS);
        return isOver() ? never() : broken();
      case 'reply-lost':
        await effect();
        await travel();
        return isOver() ? never() : broken();
      case 'repeated':
        await effect();
        await wait(100 + strike.size * 900);
        if (isOver()) return never();
        break;
      default:
        break;
    }
    const answer = await effect(isPerformed(strike) ? strike : undefined);
    await travel();
    return isOver() ? never() : answer;
  }

  return { call, travel };
}

const PERFORMED: ReadonlySet<string> = new Set<PerformFault>(['throttled', 'server-error', 'denied', 'stale-read', 'stale-index', 'conflict', 'too-many-requests']);

function isPerformed(strike: Strike | undefined): strike is Strike & { kind: PerformFault } {
  return strike !== undefined && PERFORMED.has(strike.kind);
}

/** The answer, or at once what `abandon` says when the signal fires. What was sent goes on without anybody waiting. */
async function unlessAbandoned<Answer>(signal: AbortSignal | undefined, run: () => Promise<Answer>, abandon: () => never): Promise<Answer> {
  if (signal === undefined) return run();
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => {
    try {
      abandon();
    } catch (error) {
      reject(error);
    }
  };
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([run(), promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
