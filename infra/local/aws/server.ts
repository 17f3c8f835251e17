import { callLog } from './call-log';
import type { CallLog } from './call-log';
import { control, controlPath } from './control';
import { createFaults } from './faults';
import type { Faults } from './faults';
import { listen } from './listen';
import type { Listening } from './listen';
import type { Call, Operations, World } from './operation';
import { AwsError } from './operation';
import { answerCall } from './answer-call';
import type { Hooks, RawService } from './answer-call';
import { createThrottle } from './throttling';
import type { Throttling } from './throttling';
import { readCredentialScope } from './wire/credentials';
import type { WireRequest, WireResponse } from './wire/message';
import { decode } from './wire/protocol';
import { writeError, writeStrangeError } from './wire/error-output';
import type { ServiceSchema } from './wire/service-schema';
import { serviceSchema } from './wire/services';

/** What a local AWS is made of. */
export interface LocalAwsOptions {
  readonly world: World;
  /** Operations by signing name: `elasticloadbalancing`, `ec2`, `states`, `events`, `sqs`, `tagging` … */
  readonly services: Readonly<Record<string, Operations>>;
  /** Services that answer whole requests themselves (DynamoDB); log, faults and hooks hold for them too. */
  readonly raw?: Readonly<Record<string, RawService>>;
  /** Whose account an access key belongs to. A key of twelve digits *is* its account; any other falls to this, then to `defaultAccount`. */
  readonly accountOf?: (accessKeyId: string) => string | undefined;
  readonly defaultAccount?: string;
  readonly throttling?: Throttling;
  /** Ends the process for the faults `exit-before` and `exit-after`. */
  readonly exit?: () => void;
}

/** AWS on one machine: one endpoint for all services. */
export interface LocalAws {
  /** Answers one request without a socket. Rejects with `ConnectionLostError` where a fault breaks the connection. */
  handle(request: WireRequest, options?: { signal?: AbortSignal | undefined }): Promise<WireResponse>;
  /** Serves HTTP on 127.0.0.1 (a free port if none is given). */
  listen(port?: number): Promise<Listening>;
  readonly log: CallLog;
  readonly faults: Faults;
  /** Called before and after each call; what it throws or waits for, the call does too. */
  readonly hooks: Hooks;
}

/** Puts services behind AWS's wire protocols. The service, account and Region of a call come from its credential scope; signatures are not verified. */
export function createLocalAws(options: LocalAwsOptions): LocalAws {
  const log = callLog();
  const faults = createFaults();
  const hooks: Hooks = { before: [], after: [] };
  const throttle = createThrottle(options.throttling ?? 'off', options.world.factor);
  const exit = options.exit ?? (() => process.kill(process.pid, 'SIGKILL'));
  const answer = answerCall({ world: options.world, log, faults, throttle, hooks, exit });
  const handle: LocalAws['handle'] = async (request, { signal } = {}) => {
    if (request.path.startsWith(controlPath)) return control(request, { log, faults });
    const found = await findService(request);
    if ('status' in found) return found;
    const { service, schema, scope } = found;
    const requestId = requestIdFrom(options.world.random);
    try {
      const decoded = decode(schema, request);
      const call: Call = {
        account: accountOf(scope.accessKeyId, options),
        region: scope.region,
        caller: scope.accessKeyId,
        userAgent: request.headers['user-agent'] ?? '',
        now: options.world.clock.now(),
      };
      const operation = options.services[service]?.[decoded.action];
      return await answer({ service, schema, decoded, call, operation, raw: options.raw?.[service], request, requestId, signal });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return writeError(schema, error, requestId);
    }
  };
  return { handle, listen: (port = 0) => listen(handle, port), log, faults, hooks };
}

interface FoundService {
  readonly service: string;
  readonly schema: ServiceSchema;
  readonly scope: { readonly accessKeyId: string; readonly region: string };
}

async function findService(request: WireRequest): Promise<FoundService | WireResponse> {
  const scope = readCredentialScope(request);
  if (scope === undefined) return writeStrangeError(request, { status: 403, code: 'MissingAuthenticationToken', message: 'Request is missing Authentication Token' });
  const schema = await serviceSchema(scope.service);
  if (schema === undefined) return writeStrangeError(request, { service: scope.service, status: 400, code: 'NotImplemented', message: `The local AWS has no service ${scope.service}` });
  return { service: scope.service, schema, scope };
}

function accountOf(accessKeyId: string, { accountOf: lookUp, defaultAccount }: LocalAwsOptions): string {
  if (/^\d{12}$/.test(accessKeyId)) return accessKeyId;
  return lookUp?.(accessKeyId) ?? defaultAccount ?? '000000000000';
}

function requestIdFrom(random: () => number): string {
  const digits = (count: number) => Array.from({ length: count }, () => Math.floor(random() * 16).toString(16)).join('');
  return `${digits(8)}-${digits(4)}-4${digits(3)}-a${digits(3)}-${digits(12)}`;
}

