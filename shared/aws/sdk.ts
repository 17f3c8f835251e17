import type { MiddlewareStack } from '@smithy/types';
import type { AwsClientConfig } from './client-config';
import { asStepError } from './errors';

/** Attempts per call; the SDK waits between them, with jitter. More than that is the workflow's Retry. */
const MAX_ATTEMPTS = 4;

/** Our configuration in the SDK's words. What is absent stays absent: the SDK then looks into the function's environment. */
export function sdkConfig(config: AwsClientConfig) {
  const { region, endpoint, requestHandler, credentials, signer } = config;
  return {
    region,
    retryMode: 'standard',
    maxAttempts: config.maxAttempts ?? MAX_ATTEMPTS,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(requestHandler === undefined ? {} : { requestHandler }),
    ...(credentials === undefined ? {} : { credentials }),
    ...(signer === undefined ? {} : { signer }),
  };
}

/** The options of one call: it ends with the step that makes it. */
export function callOptions(config: AwsClientConfig): { abortSignal?: AbortSignal } {
  const abortSignal = config.signal?.();
  return abortSignal === undefined ? {} : { abortSignal };
}

/** From now on the client throws our errors instead of the SDK's, and tells of its calls. Outermost, so that it sees an error only after the SDK's own attempts. */
export function speakStepErrors<Input extends object, Output extends object>(client: { readonly middlewareStack: MiddlewareStack<Input, Output> }, { onCall }: Pick<AwsClientConfig, 'onCall'> = {}): void {
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const call = (context.commandName ?? 'an AWS call').replace(/Command$/, '');
      onCall?.(call);
      try {
        return await next(args);
      } catch (error) {
        throw asStepError(error, { call, subject: subjectOf(args.input) });
      }
    },
    { step: 'initialize', priority: 'high', name: 'stepErrors' },
  );
}

/** What a request is about, in the order in which a reader wants to know it. */
const SUBJECTS = ['Name', 'GroupName', 'ListenerArn', 'TargetGroupArn', 'LoadBalancerArn', 'GroupId', 'ResourceArns', 'LoadBalancerArns', 'TargetGroupArns', 'Names', 'Resources', 'Filters'];

function subjectOf(input: object): string {
  const members = new Map<string, unknown>(Object.entries(input));
  const member = SUBJECTS.find((name) => members.has(name));
  if (member === undefined) return '';
  const value = members.get(member);
  return typeof value === 'string' ? value : JSON.stringify(value).slice(0, 200);
}
