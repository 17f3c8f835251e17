import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import { Scheduler } from '@aws-sdk/client-scheduler';
import { SQS } from '@aws-sdk/client-sqs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inProcessHandler } from '../../../../../infra/local/aws/in-process';
import { AwsError } from '../../../../../infra/local/aws/operation';
import { bodyText, type WireRequest } from '../../../../../infra/local/aws/wire/message';
import { jsonRequest, queryRequest, rawAws, restRequest } from './raw-aws';

async function answer(request: WireRequest, options: Parameters<typeof rawAws>[0] = {}) {
  const { status, headers, body } = await rawAws(options).aws.handle(request);
  return { status, code: headers['x-amzn-errortype'], text: bodyText(body) };
}

const client = (options: Parameters<typeof rawAws>[0] = {}) => ({ region: 'us-west-2', endpoint: 'http://local.test', credentials: { accessKeyId: '111122223333', secretAccessKey: 'x' }, maxAttempts: 1, requestHandler: inProcessHandler(rawAws(options).aws) });

describe('a request in the Query protocol', () => {
  it.each([
    ['an unknown action', { Action: 'Explode' }, 'InvalidAction', 'Could not find operation Explode'],
    ['no action', {}, 'InvalidAction', 'Could not find operation'],
    ['an unknown member', { Action: 'DescribeLoadBalancers', Colour: 'red' }, 'ValidationError', 'Colour'],
    ['a missing member', { Action: 'DeleteListener' }, 'ValidationError', 'ListenerArn'],
    ['a missing member of a member', { Action: 'DescribeTargetHealth', TargetGroupArn: 'a', 'Targets.member.1.Port': '80' }, 'ValidationError', 'Targets.member.1.Id'],
    ['text for a number', { Action: 'DescribeLoadBalancers', PageSize: 'many' }, 'ValidationError', 'PageSize'],
    ['a list in the form of a value', { Action: 'DescribeLoadBalancers', 'Names.1': 'a' }, 'MalformedInput', 'Names.member.1'],
    ['a value in the form of a structure', { Action: 'DeleteListener', 'ListenerArn.x': 'a' }, 'ValidationError', 'ListenerArn'],
    ['a list without numbers', { Action: 'DescribeLoadBalancers', 'Names.member.first': 'a' }, 'MalformedInput', 'Names.first'],
  ])('is refused for %s, by name', async (_, parameters: Record<string, string>, code, mention) => {
    const { status, text } = await answer(queryRequest('elasticloadbalancing', parameters));
    expect(status).toBe(400);
    expect(text).toContain('<ErrorResponse xmlns="http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"><Error><Type>Sender</Type>');
    expect(text).toContain(`<Code>${code}</Code>`);
    expect(text).toContain(mention);
  });

  it('keeps lists in the order of their numbers, and an empty list empty', async () => {
    let seen: unknown;
    const DescribeLoadBalancers = (input: object) => {
      seen = input;
      return {};
    };
    const services = { elasticloadbalancing: { DescribeLoadBalancers } };
    await answer(queryRequest('elasticloadbalancing', { Action: 'DescribeLoadBalancers', 'Names.member.10': 'c', 'Names.member.2': 'b', 'Names.member.1': 'a', LoadBalancerArns: '' }), { services });
    expect(seen).toEqual({ Names: ['a', 'b', 'c'], LoadBalancerArns: [] });
  });

  it('carries any text there and back', async () => {
    const services = { elasticloadbalancing: { DescribeLoadBalancers: ({ Names }: { Names: string[] }) => ({ LoadBalancers: [{ LoadBalancerName: Names[0] }] }) } };
    const elb = new ElasticLoadBalancingV2(client({ services }));
    // XML 1.0 cannot carry the other control characters at all, and the SDK trims elements.
    const text = fc.string({ unit: 'grapheme', minLength: 1 }).filter((value) => value.trim() === value && value !== '' && !/\p{Cc}|[\uFFFE\uFFFF]/u.test(value));
    await fc.assert(
      fc.asyncProperty(text, async (value) => {
        const { LoadBalancers } = await elb.describeLoadBalancers({ Names: [value] });
        expect(LoadBalancers).toEqual([{ LoadBalancerName: value }]);
      }),
    );
  });

  it('escapes what an error repeats', async () => {
    const { text } = await answer(queryRequest('elasticloadbalancing', { Action: '<b>&"' }));
    expect(text).toContain('Could not find operation &lt;b&gt;&amp;&quot; for version');
  });
});

describe('a request in the EC2 protocol', () => {
  it.each([
    ['an unknown parameter', { Action: 'DescribeVpcs', Colour: 'red' }, 'UnknownParameter'],
    ['a missing parameter', { Action: 'DeleteSubnet' }, 'MissingParameter'],
    ['a wrong type', { Action: 'DescribeVpcs', MaxResults: 'x' }, 'InvalidParameterValue'],
  ])('is refused for %s in EC2’s own form', async (_, parameters: Record<string, string>, code) => {
    const { status, text } = await answer(queryRequest('ec2', parameters));
    expect([status, text.split('\n')[1]?.startsWith(`<Response><Errors><Error><Code>${code}</Code>`)]).toEqual([400, true]);
    expect(text).toMatch(/<RequestID>[0-9a-f-]{36}<\/RequestID><\/Response>$/);
  });
});

describe('a request in a JSON protocol', () => {
  it.each([
    ['an unknown operation', 'AWSEvents.Explode', '{}', 'UnknownOperationException'],
    ['a target of another service', 'AmazonSQS.SendMessage', '{}', 'UnknownOperationException'],
    ['no JSON', 'AWSEvents.PutEvents', '{', 'SerializationException'],
    ['an unknown member', 'AWSEvents.PutEvents', '{"Entries":[],"Colour":1}', 'ValidationException'],
    ['a missing member', 'AWSEvents.PutEvents', '{}', 'ValidationException'],
    ['a wrong type', 'AWSEvents.PutEvents', '{"Entries":"none"}', 'SerializationException'],
    ['a wrong type inside', 'AWSEvents.PutEvents', '{"Entries":[{"Source":5}]}', 'SerializationException'],
  ])('is refused for %s', async (_, target, body, code) => {
    const refused = await answer(jsonRequest('events', target, body), { services: { events: { PutEvents: () => ({}) } } });
    expect(refused).toMatchObject({ status: 400, code, text: expect.stringContaining(`"__type":"${code}"`) as string });
  });

  it('tells SQS clients the code of the former protocol too', async () => {
    const services = { sqs: { SendMessage: () => Promise.reject(new AwsError('QueueDoesNotExist', 'no such queue')) } };
    const send = new SQS(client({ services })).sendMessage({ QueueUrl: 'http://local.test/1/q', MessageBody: 'x' });
    await expect(send).rejects.toMatchObject({ name: 'QueueDoesNotExist', Error: { Code: 'AWS.SimpleQueueService.NonExistentQueue' } });
  });
});

describe('a request in the REST JSON protocol', () => {
  it('takes its input from path, query and body', async () => {
    const seen: unknown[] = [];
    const note = (input: object) => {
      seen.push(input);
      return { ScheduleArn: 'arn:x', Schedules: [] };
    };
    const scheduler = new Scheduler(client({ services: { scheduler: { CreateSchedule: (input: object) => ({ ScheduleArn: (note(input), 'arn:x') }), ListSchedules: (input: object) => ({ Schedules: (note(input), []) }) } } }));
    await scheduler.createSchedule({ Name: 'a/b c', ScheduleExpression: 'rate(1 minute)', FlexibleTimeWindow: { Mode: 'OFF' }, Target: { Arn: 'a', RoleArn: 'b' }, StartDate: new Date(0) });
    await scheduler.listSchedules({ MaxResults: 5, NamePrefix: 'a&b' });
    expect(seen).toMatchObject([{ Name: 'a/b c', StartDate: new Date(0), Target: { Arn: 'a' } }, { MaxResults: 5, NamePrefix: 'a&b' }]);
  });

  it('is refused for a path that no operation has', async () => {
    const { status, text } = await answer(restRequest('scheduler', { method: 'PATCH', path: '/schedules/a' }));
    expect([status, text]).toEqual([404, expect.stringContaining('UnknownOperationException')]);
  });
});

describe('a request', () => {
  it('without credentials is refused', async () => {
    const { status, text } = await answer({ ...queryRequest('ec2', { Action: 'DescribeVpcs' }), headers: {} });
    expect([status, text]).toEqual([403, expect.stringContaining('MissingAuthenticationToken')]);
  });

  it('for a service or operation that is not here is refused by its name', async () => {
    expect((await answer(queryRequest('glacier', {}))).text).toContain('The local AWS has no service glacier');
    expect((await answer(queryRequest('elasticloadbalancing', { Action: 'DescribeTrustStoreRevocations', TrustStoreArn: 'a' }))).text).toContain('The local AWS does not implement elasticloadbalancing:DescribeTrustStoreRevocations');
  });

  it.each([
    ['Query', queryRequest('autoscaling', { Action: 'DescribeAutoScalingGroups' }), '<Error><Type>Sender</Type><Code>NotImplemented</Code><Message>The local AWS has no service autoscaling</Message></Error>'],
    ['REST XML', restRequest('s3', { method: 'GET', path: '/' }), '<Code>NotImplemented</Code><Message>The local AWS has no service s3</Message>'],
    ['JSON', jsonRequest('logs', 'Logs_20140328.DescribeLogGroups', '{}'), '{"__type":"NotImplemented","message":"The local AWS has no service logs"}'],
    ['REST JSON', restRequest('batch', { method: 'POST', path: '/v1/listjobs' }), '{"__type":"NotImplemented","message":"The local AWS has no service batch"}'],
  ])('for a service that is not here is refused in the form of the %s protocol', async (_, request, words) => {
    const { status, text } = await answer(request);
    expect([status, text]).toEqual([400, expect.stringContaining(words)]);
  });

  it('for an older version of a service, with other operations, is refused by that version', async () => {
    const { status, code, text } = await answer(queryRequest('elasticloadbalancing', { Action: 'DescribeLoadBalancers', Version: '2012-06-01' }));
    expect([status, text]).toEqual([400, expect.stringContaining('Could not find operation DescribeLoadBalancers for version 2012-06-01')]);
    expect(code).not.toBe('ok');
  });

  it('may carry its credentials in the query, as a presigned one does', async () => {
    const services = { sts: { GetCallerIdentity: (_: object, { account }: { account: string }) => ({ Account: account }) } };
    const query = { Action: 'GetCallerIdentity', Version: '2011-06-15', 'X-Amz-Credential': '444455556666/20260101/eu-west-1/sts/aws4_request', 'X-Amz-Signature': '00', 'X-Amz-Expires': '60' };
    const { body } = await rawAws({ services }).aws.handle({ method: 'GET', path: '/', query, headers: {}, body: '' });
    expect(bodyText(body)).toContain('<Account>444455556666</Account>');
  });

  it('answers a service’s own mistake as an internal failure and names it', async () => {
    const services = { elasticloadbalancing: { DescribeLoadBalancers: () => ({ LoadBalancers: [{ Nmae: 'x' }] }) } };
    const { status, text } = await answer(queryRequest('elasticloadbalancing', { Action: 'DescribeLoadBalancers' }), { services });
    expect([status, text]).toEqual([500, expect.stringContaining('has no member Nmae')]);
  });
});
