/** One call as it was answered. */
export interface CallRecord {
  /** 1 for the first call since the log was reset. */
  readonly number: number;
  /** When it came in and when it was answered, in milliseconds on the local clock. */
  readonly at: number;
  readonly answeredAt: number;
  /** Signing name: `elasticloadbalancing`, `ec2`, `states` … */
  readonly service: string;
  readonly action: string;
  readonly kind: 'read' | 'write';
  readonly account: string;
  readonly region: string;
  readonly caller: string;
  readonly userAgent: string;
  /** As the service got it; `undefined` if it could not be read. */
  readonly input: unknown;
  /** `ok`, the error's code, or `ConnectionLost`. */
  readonly result: string;
  /** What went wrong, in words; absent if nothing did. */
  readonly message?: string;
}

/** The one log of all calls, which tests, benchmarks, the demo and `--trace` read. */
export interface CallLog {
  calls(): readonly CallRecord[];
  /** Calls back after every call; the answer ends the subscription. */
  subscribe(listener: (call: CallRecord) => void): () => void;
  reset(): void;
}

/** The log as its writer sees it. */
export interface WritableCallLog extends CallLog {
  add(call: Omit<CallRecord, 'number'>): void;
}

/** A log that keeps the last `limit` calls. */
export function callLog(limit = 50_000): WritableCallLog {
  let records: CallRecord[] = [];
  let count = 0;
  const listeners = new Set<(call: CallRecord) => void>();
  return {
    calls: () => records,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    reset() {
      records = [];
      count = 0;
    },
    add(call) {
      const record = { number: ++count, ...call };
      if (records.length >= limit) records = records.slice(limit / 10);
      records.push(record);
      for (const listener of listeners) listener(record);
    },
  };
}

/** Whether an action changes nothing. By its name, as AWS names its actions; what receives or deletes messages is a write. */
export function isRead(action: string): boolean {
  return /^(Describe|Get|List|Query|Scan|BatchGet|TransactGet|Search|Lookup|Test|Decode)/.test(action);
}
