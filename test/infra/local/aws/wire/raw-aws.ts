import { createElbv2 } from '../../../../../infra/local/aws/elbv2/create-elbv2';
import { createEc2 } from '../../../../../infra/local/aws/ec2/create-ec2';
import { withHistory } from '../../../../../infra/local/aws/history';
import type { LocalAwsOptions } from '../../../../../infra/local/aws/server';
import { createLocalAws } from '../../../../../infra/local/aws/server';
import { drivenClock } from '../../../../../infra/local/clock';
import { memoryStorage, type Storage } from '../../../../../infra/local/storage';
import { seededRandom } from '../ec2/ec2-world';

/** A local AWS of ELBv2 and EC2 on a driven clock, with history, and a way to send it raw requests. */
export function rawAws({ storage = memoryStorage(), factor = 1, ...options }: Partial<LocalAwsOptions> & { storage?: Storage; factor?: number } = {}) {
  const clock = drivenClock();
  const world = { storage: withHistory(storage, clock), clock, random: seededRandom(11), factor };
  const ec2 = createEc2(world);
  const elbv2 = createElbv2({ world, network: ec2.network });
  const aws = createLocalAws({ world, ...options, services: { ec2: ec2.operations, elasticloadbalancing: elbv2.operations, ...options.services } });
  return { aws, clock, world, ec2, elbv2 };
}

const credential = (service: string) => ({ authorization: `AWS4-HMAC-SHA256 Credential=111122223333/20260101/us-west-2/${service}/aws4_request, SignedHeaders=host, Signature=00` });

/** A request of the Query protocols. */
export function queryRequest(service: string, parameters: Record<string, string>) {
  const headers = { ...credential(service), 'content-type': 'application/x-www-form-urlencoded', 'user-agent': 'raw/1' };
  return { method: 'POST', path: '/', query: {}, headers, body: new URLSearchParams(parameters).toString() };
}

/** A request of the JSON protocols. */
export function jsonRequest(service: string, target: string, body: string) {
  return { method: 'POST', path: '/', query: {}, headers: { ...credential(service), 'x-amz-target': target }, body };
}

/** A request of the REST JSON protocol. */
export function restRequest(service: string, { method, path, body = '' }: { method: string; path: string; body?: string }) {
  return { method, path, query: {}, headers: credential(service), body };
}
