/** One request that the cluster answered. */
export interface LoggedCall {
  readonly at: number;
  /** get, list, watch, create, update, patch, delete, deletecollection; for other paths the method in lower case. */
  readonly verb: string;
  /** `services`, `services/status`, `deployments.apps`; for other paths the path. */
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly userAgent: string;
  readonly code: number;
}

/** The requests that were answered, oldest first; the oldest are forgotten beyond a limit. */
export interface CallLog {
  readonly add: (call: LoggedCall) => void;
  readonly all: () => readonly LoggedCall[];
  readonly clear: () => void;
}

const REMEMBERED_CALLS = 10_000;

/** An empty log. */
export function createCallLog(): CallLog {
  const calls: LoggedCall[] = [];
  return {
    add(call) {
      calls.push(call);
      if (calls.length > REMEMBERED_CALLS) calls.shift();
    },
    all: () => [...calls],
    clear: () => void (calls.length = 0),
  };
}
