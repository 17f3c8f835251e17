import type { LocalAws } from '../../../infra/local/aws/server';
import { isRead } from '../../../infra/local/aws/call-log';
import { bodyText, ConnectionLostError, type WireRequest, type WireResponse } from '../../../infra/local/aws/wire/message';
import type { FaultInput } from '../../../infra/local/aws/faults';
import type { Network, PerformFault } from './network';

const PLANS: Partial<Record<PerformFault, (size: number) => FaultInput>> = {
  throttled: () => ({ kind: 'throttle' }),
  'server-error': () => ({ kind: 'error' }),
  denied: () => ({ kind: 'error', code: 'AccessDenied', message: 'User is not authorized to perform this action' }),
  'stale-read': (size) => ({ kind: 'stale-read', lagMs: 1000 + Math.floor(size * 20_000) }),
};

/** The local AWS behind a network. */
export function simulatedAws(aws: Pick<LocalAws, 'handle' | 'faults'>, network: Network): LocalAws['handle'] {
  return (request, { signal } = {}) => {
    const action = actionOf(request);
    return network.call<WireResponse>({
      what: { to: 'aws', name: `${serviceOf(request)}:${action}`, about: subjectOf(request), write: !isRead(action) },
      signal,
      async perform(fault) {
        const plan = fault && PLANS[fault.kind]?.(fault.size);
        const remove = plan && aws.faults.add(plan);
        try {
          return await aws.handle(request, { signal });
        } finally {
          remove?.();
        }
      },
      broken: () => {
        throw new ConnectionLostError('the connection broke');
      },
      abandoned: () => {
        throw Object.assign(new Error('Request aborted'), { name: 'AbortError' });
      },
    });
  };
}

/** Signing name. */
function serviceOf({ headers }: WireRequest): string {
  return /\/aws4_request/.test(headers['authorization'] ?? '') ? (/Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//.exec(headers['authorization'] ?? '')?.[1] ?? '') : '';
}

function actionOf({ headers, body }: WireRequest): string {
  return headers['x-amz-target']?.split('.').at(-1) ?? /(?:^|&)Action=(\w+)/.exec(bodyText(body))?.[1] ?? 'unknown';
}

/** The first word of the request that says what it is about. */
function subjectOf({ body }: WireRequest): string {
  const text = bodyText(body);
  const found = /(?:^|&)(?:Name|GroupName|[A-Za-z]+Arn|GroupId|[A-Za-z]+Arns\.member\.1|GroupId\.1|Names\.member\.1)=([^&]+)/.exec(text)?.[1];
  const subject = found === undefined ? (/"(?:name|QueueUrl)":"([^"]+)"/.exec(text)?.[1] ?? '') : decodeURIComponent(found);
  return subject.split('/').slice(-3).join('/');
}
