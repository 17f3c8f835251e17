import type { Clock } from '../clock';
import type { Storage } from '../storage';

/** Who calls, from where and when: taken from the request's credentials and signature. */
export interface Call {
  readonly account: string;
  readonly region: string;
  /** Access key id of the caller; the log of calls shows it. */
  readonly caller: string;
  /** What the caller said of itself (User-Agent); the log of calls shows it. */
  readonly userAgent: string;
  /** Milliseconds since the epoch, on the local system's clock. */
  readonly now: number;
}

/**
 * One operation of a local AWS service. Input and output have the shape of the JS SDK v3 command
 * (the wire layer has checked names, types and required members already). Throws `AwsError`.
 */
export type Operation = (input: never, call: Call) => unknown;

/** What a service registers: its operations by name. One that is absent is refused by its name. */
export type Operations = Record<string, Operation>;

/** What every local service is built from. Nothing in a service reads the time or draws chance elsewhere. */
export interface World {
  readonly storage: Storage;
  readonly clock: Clock;
  /** Uniform in [0, 1); seeded in tests. */
  readonly random: () => number;
  /** Multiplies every delay of AWS (provisioning, draining, interfaces that linger): 1 is AWS's own pace. */
  readonly factor: number;
}

/** An error that AWS would answer with, by its code (`DuplicateListener`, `InvalidGroup.NotFound` …). */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
  ) {
    super(message);
  }
}
