import {
  ConflictError,
  DeniedError,
  type ErrorDetails,
  EventualError,
  NotReadyError,
  QuotaError,
  StepError,
  ThrottledError,
  TransientError,
  UserConfigError,
} from '../contract/errors';

/** What an AWS error code means for us. `missing` is what we made or will make, `unknown` what a person named. */
type Meaning = 'missing' | 'unknown' | 'throttled' | 'inUse' | 'duplicate' | 'denied' | 'transient' | 'quota' | 'refused' | 'notReady' | 'protected';

/**
 * The one table of AWS error codes, without the suffix `Exception` that some SDK clients add. Sources: the API references of Elastic Load
 * Balancing (2015-12-01), EC2 (Error codes), Resource Groups Tagging; AWS: Common errors.
 */
const CODES: Readonly<Record<Meaning, readonly string[]>> = {
  missing: [
    'LoadBalancerNotFound', 'TargetGroupNotFound', 'ListenerNotFound', 'RuleNotFound', 'InvalidGroup.NotFound', 'InvalidGroupId.NotFound',
    'InvalidPermission.NotFound', 'InvalidSecurityGroupRuleId.NotFound', 'InvalidNetworkInterfaceID.NotFound', 'InvalidInstanceID.NotFound',
  ],
  unknown: [
    'SubnetNotFound', 'CertificateNotFound', 'SSLPolicyNotFound', 'AllocationIdNotFound', 'TrustStoreNotFound', 'AvailabilityZoneNotSupported', 'InvalidSubnet', 'InvalidSecurityGroup',
    'InvalidSubnetID.NotFound', 'InvalidVpcID.NotFound', 'InvalidPrefixListID.NotFound', 'InvalidPrefixListId.NotFound', 'InvalidAllocationID.NotFound', 'InvalidTarget',
  ],
  throttled: ['Throttling', 'Throttled', 'ThrottledException', 'RequestThrottled', 'RequestLimitExceeded', 'TooManyRequests', 'RequestThrottling', 'ProvisionedThroughputExceeded', 'ExecutionLimitExceeded', 'OverLimit', 'BandwidthLimitExceeded', 'SlowDown', 'PriorRequestNotComplete'],
  inUse: ['ResourceInUse', 'TargetGroupAssociationLimit', 'DependencyViolation', 'InvalidGroup.InUse', 'CannotDelete'],
  duplicate: [
    'DuplicateLoadBalancerName', 'DuplicateTargetGroupName', 'DuplicateListener', 'PriorityInUse', 'InvalidGroup.Duplicate', 'InvalidPermission.Duplicate',
  ],
  denied: [
    'AccessDenied', 'UnauthorizedOperation', 'UnauthorizedAccess', 'AuthFailure', 'UnrecognizedClient', 'InvalidClientTokenId', 'ExpiredToken', 'InvalidSignature', 'SignatureDoesNotMatch',
    'NotAuthorized', 'OptInRequired', 'MissingAuthenticationToken', 'IncompleteSignature', 'CredentialsProviderError',
  ],
  transient: [
    'InternalError', 'InternalFailure', 'InternalServerError', 'InternalService', 'ServiceUnavailable', 'Unavailable', 'HealthUnavailable', 'RequestTimeout', 'RequestExpired', 'RequestAborted', 'AbortError', 'TimeoutError',
    'ECONNRESET', 'ECONNREFUSED', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ERR_SOCKET_CLOSED', 'UND_ERR_SOCKET', 'InsufficientCapacity', 'PaginationTokenExpired',
  ],
  quota: [
    'TooManyLoadBalancers', 'TooManyTargetGroups', 'TooManyListeners', 'TooManyRules', 'TooManyTargets', 'TooManyRegistrationsForTargetId', 'TooManyCertificates', 'TooManyActions', 'TooManyTags',
    'TooManyUniqueTargetGroupsPerLoadBalancer', 'SecurityGroupLimitExceeded', 'RulesPerSecurityGroupLimitExceeded', 'SecurityGroupsPerInterfaceLimitExceeded', 'SecurityGroupsPerInstanceLimitExceeded',
    'ResourceLimitExceeded', 'TagLimitExceeded', 'CapacityUnitsLimitExceeded', 'CapacityDecreaseRequestsLimitExceeded', 'AddressLimitExceeded', 'InsufficientFreeAddressesInSubnet',
  ],
  notReady: ['CapacityReservationPending'],
  protected: ['OperationNotPermitted'],
  refused: [
    'ValidationError', 'Validation', 'InvalidConfigurationRequest', 'InvalidScheme', 'InvalidParameterValue', 'InvalidParameterCombination', 'InvalidParameter', 'MissingParameter', 'UnknownParameter', 'InvalidPermission.Malformed',
    'InvalidGroup.Reserved', 'IncompatibleProtocols', 'UnsupportedProtocol', 'ALPNPolicyNotSupported', 'DuplicateTagKeys', 'InvalidLoadBalancerAction', 'InvalidTag', 'Unsupported', 'UnsupportedOperation',
    'InvalidGroupId.Malformed', 'InvalidSubnetID.Malformed', 'VPCIdNotSpecified', 'InvalidVpcRange', 'InvalidInput',
  ],
};

const MEANINGS: ReadonlyMap<string, Meaning> = new Map(
  Object.entries(CODES).flatMap(([meaning, codes]) => codes.map((code): [string, Meaning] => [code, meaning as Meaning])),
);

/** An answer that we have no word for: fails the step, for a person to look at and to redrive. */
export class UnexpectedAnswerError extends Error {
  override readonly name = 'UnexpectedAnswer';
  constructor(
    message: string,
    readonly details: ErrorDetails,
    cause: unknown,
  ) {
    super(message, { cause });
  }
}

/** AWS's code of an error, ours or the SDK's; undefined where there is none. */
export function awsCode(error: unknown): string | undefined {
  if (error instanceof StepError || error instanceof UnexpectedAnswerError) return error.details.awsCode;
  if (!(error instanceof Error)) return undefined;
  const { Code, code } = error as { Code?: unknown; code?: unknown };
  const named = [Code, error.name, code].map((value) => (typeof value === 'string' ? value.replace(/Exception$/, '') : undefined));
  return named.find((value) => value !== undefined && MEANINGS.has(value)) ?? named.find((value) => value !== undefined && value !== 'Error');
}

function means(error: unknown, ...meanings: Meaning[]): boolean {
  const meaning = meaningOf(error);
  return meaning !== undefined && meanings.includes(meaning);
}

/** A code in the table decides; else the status (429, 5xx); else we have no word for it. */
function meaningOf(error: unknown): Meaning | undefined {
  const listed = MEANINGS.get(awsCode(error) ?? '');
  if (listed) return listed;
  const status = (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode;
  if (status === 429) return 'throttled';
  if (status === 403 || status === 401) return 'denied';
  return status !== undefined && status >= 500 ? 'transient' : undefined;
}

/** Whether the error says that something does not exist, whoever named it. */
export const isNotFound = (error: unknown): boolean => means(error, 'missing', 'unknown') && awsCode(error) !== 'InvalidTarget';
/** Whether AWS asks for fewer calls. */
export const isThrottled = (error: unknown): boolean => means(error, 'throttled');
/** Whether something cannot go yet because something else uses it (`ResourceInUse`, `DependencyViolation`). */
export const isInUse = (error: unknown): boolean => means(error, 'inUse');
/** Whether the name, port, priority or rule is taken: by us earlier, or by somebody else. */
export const isDuplicate = (error: unknown): boolean => means(error, 'duplicate');
/** Whether a permission or a valid credential is missing. */
export const isDenied = (error: unknown): boolean => means(error, 'denied');
/** Whether the same call may well succeed later: 5xx, resets, time-outs. */
export const isTransient = (error: unknown): boolean => means(error, 'transient');
/** Whether a limit of the account was reached. */
export const isQuota = (error: unknown): boolean => means(error, 'quota');
/** Whether AWS refuses the values of the request: a person has to change something. */
export const isRefused = (error: unknown): boolean => means(error, 'refused', 'unknown', 'protected');

type ErrorClass = new (message: string, options: { cause?: unknown; details?: ErrorDetails }) => StepError;

/** Per meaning: what the workflow does (the error's class), and what a person does. */
const ANSWERS: Readonly<Record<Meaning, { readonly type: ErrorClass; readonly advice: string; readonly code?: string }>> = {
  missing: { type: EventualError, advice: 'It was made a moment ago or has just been deleted; the step is tried again.' },
  unknown: { type: UserConfigError, advice: 'Correct the annotation or setting that names it.', code: 'AwsResourceNotFound' },
  throttled: { type: ThrottledError, advice: 'The account makes too many calls; the step is tried again.' },
  inUse: { type: EventualError, advice: 'Something still uses it; the step is tried again.' },
  duplicate: { type: ConflictError, advice: 'Another writer was first; the next pass observes again.' },
  denied: { type: DeniedError, advice: "Give the function's role this permission, then redrive the execution." },
  transient: { type: TransientError, advice: 'The step is tried again.' },
  quota: { type: QuotaError, advice: 'Ask AWS for a higher quota (Service Quotas), or need less.', code: 'AwsQuota' },
  notReady: { type: NotReadyError, advice: 'The step waits for the request before it.' },
  protected: { type: UserConfigError, advice: 'Switch off its deletion protection if it is really to go.', code: 'AwsOperationNotPermitted' },
  refused: { type: UserConfigError, advice: 'Correct the value in the manifest or the settings.', code: 'AwsRefused' },
};

/**
 * The error that the workflow knows for an error of the SDK. `call` is the API action, `subject` what it was about.
 * Errors that are ours already stay as they are. Never looks at AWS's words, only repeats them.
 */
export function asStepError(error: unknown, attempt: { readonly call: string; readonly subject: string }): StepError | UnexpectedAnswerError {
  if (error instanceof StepError || error instanceof UnexpectedAnswerError) return error;
  const meaning = meaningOf(error);
  const code = awsCode(error);
  const details = detailsOf(error, code, meaning);
  const said = error instanceof Error ? error.message.slice(0, 500) : String(error);
  const attempted = `${attempt.call}${attempt.subject === '' ? '' : ` ${attempt.subject}`}: ${code === undefined ? '' : `${code}: `}${said.replace(/\.$/, '')}`;
  if (meaning === undefined) return new UnexpectedAnswerError(`${attempted} (an answer that was not expected; look into it, then redrive the execution)`, details, error);
  const answer = ANSWERS[meaning];
  return new answer.type(`${attempted}. ${answer.advice}`, { cause: error, details });
}

function detailsOf(error: unknown, code: string | undefined, meaning: Meaning | undefined): ErrorDetails {
  const { $metadata, RequestId } = (error ?? {}) as { $metadata?: { requestId?: string }; RequestId?: string };
  const requestId = $metadata?.requestId ?? RequestId;
  const reason = meaning === undefined ? undefined : ANSWERS[meaning].code;
  return { ...(code === undefined ? {} : { awsCode: code }), ...(requestId === undefined ? {} : { requestId }), ...(reason === undefined ? {} : { code: reason }) };
}

/** Whether there was something to delete: false where AWS knows nothing of it. */
export async function unlessGone(answer: Promise<unknown>): Promise<boolean> {
  try {
    await answer;
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

/** The answer, or undefined where AWS knows nothing of that name. */
export async function orUndefined<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
