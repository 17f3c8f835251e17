import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

const Expecting = z.looseObject({ expected: z.looseObject({ model: z.looseObject({ resources: z.looseObject({ 'AWS::ElasticLoadBalancingV2::LoadBalancer': z.unknown().optional() }) }).optional() }).optional() });

/** Whether LBC made a load balancer of a vector. */
export function hasModel(file: string): boolean {
  return Expecting.parse(parse(readFileSync(file, 'utf8'))).expected?.model?.resources['AWS::ElasticLoadBalancingV2::LoadBalancer'] !== undefined;
}
