import { describe, expect, it } from 'vitest';
import { asStepError, awsCode, isDenied, isDuplicate, isInUse, isNotFound, isQuota, isRefused, isThrottled, isTransient } from '../../../shared/aws/errors';
import { NotReadyError } from '../../../shared/contract/errors';

/** An error as the SDK throws it. */
function sdkError(fields: { name: string; Code?: string; code?: string; status?: number }): Error {
  const { name, status, ...more } = fields;
  return Object.assign(new Error('the words of AWS'), { name, ...more, $metadata: { requestId: 'request-1', ...(status === undefined ? {} : { httpStatusCode: status }) } });
}

const attempt = { call: 'CreateListener', subject: 'web' };

describe('an error of AWS', () => {
  it.each([
    ['LoadBalancerNotFoundException', 'LoadBalancerNotFound', 'Eventual', isNotFound],
    ['SubnetNotFoundException', 'SubnetNotFound', 'UserConfig', isNotFound],
    ['ThrottlingException', 'Throttling', 'Throttled', isThrottled],
    ['RequestLimitExceeded', undefined, 'Throttled', isThrottled],
    ['ResourceInUseException', 'ResourceInUse', 'Eventual', isInUse],
    ['DependencyViolation', undefined, 'Eventual', isInUse],
    ['DuplicateListenerException', 'DuplicateListener', 'Conflict', isDuplicate],
    ['InvalidGroup.Duplicate', undefined, 'Conflict', isDuplicate],
    ['AccessDenied', undefined, 'Denied', isDenied],
    ['UnauthorizedOperation', undefined, 'Denied', isDenied],
    ['TooManyTargetGroupsException', 'TooManyTargetGroups', 'Quota', isQuota],
    ['RulesPerSecurityGroupLimitExceeded', undefined, 'Quota', isQuota],
    ['ValidationError', undefined, 'UserConfig', isRefused],
    ['OperationNotPermittedException', 'OperationNotPermitted', 'UserConfig', isRefused],
    ['InternalFailure', undefined, 'Transient', isTransient],
    ['AbortError', undefined, 'Transient', isTransient],
  ])('%s is what the workflow does about it', (name, Code, stepName, question) => {
    const error = sdkError({ name, ...(Code === undefined ? {} : { Code }) });
    const step = asStepError(error, attempt);
    expect(step.name).toBe(stepName);
    expect([question(error), question(step)]).toEqual([true, true]);
    expect(step.details).toMatchObject({ awsCode: Code ?? name, requestId: 'request-1' });
    expect(step.message).toContain('CreateListener web: ');
  });

  it('is judged by its status where its code is unknown', () => {
    expect(asStepError(sdkError({ name: 'Strange', status: 503 }), attempt).name).toBe('Transient');
    expect(asStepError(sdkError({ name: 'Strange', status: 429 }), attempt).name).toBe('Throttled');
    expect(asStepError(sdkError({ name: 'Strange', status: 403 }), attempt).name).toBe('Denied');
    expect(asStepError(sdkError({ name: 'Strange', status: 400 }), attempt).name).toBe('UnexpectedAnswer');
  });

  it('may come from the network', () => {
    const reset = sdkError({ name: 'Error', code: 'ECONNRESET' });
    expect([awsCode(reset), asStepError(reset, attempt).name]).toEqual(['ECONNRESET', 'Transient']);
  });

  it('stays what it is if it is ours', () => {
    const ours = new NotReadyError('not yet');
    expect(asStepError(ours, attempt)).toBe(ours);
  });
});
