import { DescribeLoadBalancersCommand, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copyOutput } from '../../../../../infra/local/aws/wire/copy-output';
import { serviceSchema } from '../../../../../infra/local/aws/wire/services';
import { writeXmlOutput } from '../../../../../infra/local/aws/wire/xml-output';

const text = fc.string({ unit: 'grapheme-ascii', minLength: 1 }).filter((value) => value.trim() === value);
const outputs = fc.record(
  {
    NextMarker: text,
    LoadBalancers: fc.array(
      fc.record(
        {
          LoadBalancerArn: text,
          CreatedTime: fc.date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true }),
          State: fc.record({ Code: fc.constant('active'), Reason: text }, { requiredKeys: ['Code'] }),
          SecurityGroups: fc.array(text),
          AvailabilityZones: fc.array(fc.record({ ZoneName: text, LoadBalancerAddresses: fc.array(fc.record({ IpAddress: text })) }, { requiredKeys: [] })),
        },
        { requiredKeys: [] },
      ),
    ),
  },
  { requiredKeys: [] },
);

/** What an SDK client reads from a body. */
async function read(body: string): Promise<object> {
  const requestHandler = { handle: () => Promise.resolve({ response: { statusCode: 200, headers: {}, body: new TextEncoder().encode(body) } }), metadata: { handlerProtocol: 'http/1.1' } };
  const client = new ElasticLoadBalancingV2Client({ region: 'us-west-2', credentials: { accessKeyId: 'a', secretAccessKey: 'b' }, requestHandler });
  const { $metadata: _, ...output } = await client.send(new DescribeLoadBalancersCommand({}));
  return output;
}

describe('an output as a value', () => {
  it('is what an SDK client reads from the XML', async () => {
    const service = await serviceSchema('elasticloadbalancing');
    const operation = service?.operations.get('DescribeLoadBalancers');
    if (!service || !operation) throw new Error('expected the service to have DescribeLoadBalancers');
    await fc.assert(
      fc.asyncProperty(outputs, async (output) => {
        expect(copyOutput(operation.output, output)).toEqual(await read(writeXmlOutput(service, operation, { output, requestId: 'r' })));
      }),
    );
  });

  it('refuses a member that the schema does not know', async () => {
    const operation = (await serviceSchema('elasticloadbalancing'))?.operations.get('DescribeLoadBalancers');
    expect(() => operation && copyOutput(operation.output, { Nothing: 1 })).toThrow('no member Nothing');
  });
});
