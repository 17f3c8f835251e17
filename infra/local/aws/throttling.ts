import { isRead } from './call-log';
import type { Call } from './operation';
import { AwsError } from './operation';

/** `off`: no limits. `real`: AWS's own. `scaled`: buckets refill faster by the local system's factor, as everything else runs faster. */
export type Throttling = 'off' | 'real' | 'scaled';

interface Rate {
  /** Calls of one class share a bucket per account and Region. */
  readonly bucket: string;
  readonly size: number;
  readonly refillPerSecond: number;
}

/** Refuses a call whose bucket is empty, with the service's own code. */
export type Throttle = (service: string, action: string, call: Call) => void;

/**
 * Token buckets per class of call. AWS: "Quotas for your Network Load Balancers" (API request rates), "Request throttling for the Amazon EC2 API".
 * Buckets live in memory: a restart fills them.
 */
export function createThrottle(mode: Throttling, factor: number): Throttle {
  const buckets = new Map<string, { tokens: number; at: number }>();
  const pace = mode === 'scaled' && factor > 0 ? 1 / factor : 1;
  return (service, action, call) => {
    const rate = mode === 'off' ? undefined : rateOf(service, action);
    if (rate === undefined) return;
    const key = `${call.account}/${call.region}/${rate.bucket}`;
    const { tokens, at } = buckets.get(key) ?? { tokens: rate.size, at: call.now };
    const filled = Math.min(rate.size, tokens + ((call.now - at) / 1000) * rate.refillPerSecond * pace);
    buckets.set(key, { tokens: filled >= 1 ? filled - 1 : filled, at: call.now });
    if (filled < 1) throw throttlingError(service);
  };
}

/** The error that a service throttles with. */
export function throttlingError(service: string): AwsError {
  if (service === 'ec2') return new AwsError('RequestLimitExceeded', 'Request limit exceeded.', 503);
  if (service === 'elasticloadbalancing' || service === 'sts') return new AwsError('Throttling', 'Rate exceeded');
  return new AwsError('ThrottlingException', 'Rate exceeded');
}

function rateOf(service: string, action: string): Rate | undefined {
  if (service === 'elasticloadbalancing') return elbRate(action);
  if (service === 'ec2') return isRead(action) ? { bucket: `ec2/${action}`, size: 100, refillPerSecond: 20 } : { bucket: `ec2/${action}`, size: 50, refillPerSecond: 5 };
  if (service !== 'wafv2') return undefined;
  return action.endsWith('AssociateWebACL') || action.endsWith('DisassociateWebACL') ? { bucket: 'wafv2/associate', size: 1, refillPerSecond: 0.5 } : { bucket: `wafv2/${action}`, size: 1, refillPerSecond: 1 };
}

function elbRate(action: string): Rate {
  if (isRead(action)) return { bucket: 'elb/describe', size: 200, refillPerSecond: 50 };
  if (action === 'RegisterTargets' || action === 'DeregisterTargets') return { bucket: 'elb/targets', size: 20, refillPerSecond: 4 };
  if (action === 'CreateLoadBalancer' || action === 'SetSubnets') return { bucket: 'elb/create', size: 10, refillPerSecond: 0.2 };
  return { bucket: 'elb/modify', size: 20, refillPerSecond: 3 };
}
