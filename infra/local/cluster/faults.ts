import { StatusError } from './status-error';

/** What goes wrong. `hang` never answers until the client gives up or the cluster closes. */
export type Fault =
  | { readonly kind: 'conflict' }
  | { readonly kind: 'forbidden' }
  | { readonly kind: 'expired' }
  | { readonly kind: 'tooManyRequests'; readonly retryAfterSeconds: number }
  | { readonly kind: 'serverError'; readonly code: 500 | 502 | 503 | 504 }
  | { readonly kind: 'hang' };

/** Which calls a fault hits: all that fit, from the `nth` on (1 if absent), `times` of them (1 if absent). */
export interface FaultRule {
  readonly verb?: string;
  /** As the call log writes it: `services`, `services/status`, `deployments.apps`. */
  readonly resource?: string;
  readonly namespace?: string;
  readonly name?: string;
  /** A beginning of the User-Agent. */
  readonly userAgent?: string;
  readonly nth?: number;
  readonly times?: number;
  readonly fault: Fault;
}

/** The call as a rule sees it. */
export interface FaultedCall {
  readonly verb: string;
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly userAgent: string;
}

/** Injected failures of requests from outside; the cluster's own controllers never meet them. */
export interface Faults {
  /** Adds a rule; the answer removes it. */
  readonly add: (rule: FaultRule) => () => void;
  readonly clear: () => void;
  /** The fault for this call, counting it for every rule that fits. */
  readonly next: (call: FaultedCall) => Fault | undefined;
  /** Ends all watches without a word, as a restarted API server does. */
  readonly breakWatches: () => void;
  /** Forgets the changes so far: a watch from an older version gets 410 Gone. */
  readonly compact: () => void;
}

/** No faults yet. */
export function createFaults(parts: { breakWatches: () => void; compact: () => void }): Faults {
  const rules = new Set<{ rule: FaultRule; seen: number }>();
  return {
    ...parts,
    add(rule) {
      const entry = { rule, seen: 0 };
      rules.add(entry);
      return () => rules.delete(entry);
    },
    clear: () => rules.clear(),
    next(call) {
      const hits = [...rules].filter((entry) => fits(entry.rule, call)).filter((entry) => isDue(entry));
      return hits[0]?.rule.fault;
    },
  };
}

function isDue(entry: { rule: FaultRule; seen: number }): boolean {
  const { nth = 1, times = 1 } = entry.rule;
  entry.seen += 1;
  return entry.seen >= nth && entry.seen < nth + times;
}

function fits(rule: FaultRule, call: FaultedCall): boolean {
  const same = (['verb', 'resource', 'namespace', 'name'] as const).every((field) => rule[field] === undefined || rule[field] === call[field]);
  return same && call.userAgent.startsWith(rule.userAgent ?? '');
}

/** The refusal that a fault answers with. */
export function faultError(fault: Exclude<Fault, { kind: 'hang' }>, { resource, name }: FaultedCall): StatusError {
  switch (fault.kind) {
    case 'conflict':
      return new StatusError(409, 'Conflict', `Operation cannot be fulfilled on ${resource} "${name ?? ''}": the object has been modified; please apply your changes to the latest version and try again`);
    case 'forbidden':
      return new StatusError(403, 'Forbidden', `${resource} "${name ?? ''}" is forbidden: User cannot do this: no RBAC rule allows it`);
    case 'expired':
      return new StatusError(410, 'Expired', 'too old resource version');
    case 'tooManyRequests':
      return new StatusError(429, 'TooManyRequests', 'the server has received too many requests and has asked us to try again later', { retryAfterSeconds: fault.retryAfterSeconds });
    case 'serverError':
      return new StatusError(fault.code, fault.code === 503 ? 'ServiceUnavailable' : fault.code === 504 ? 'Timeout' : 'InternalError', `Internal error occurred: injected ${fault.code}`);
  }
}
