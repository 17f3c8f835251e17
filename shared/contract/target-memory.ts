import * as z from 'zod';
import { VERSION } from './events';

/** `<tg key> / NETWORK`: what the last pass over a binding found out and need not ask again. Losing it costs calls, never correctness, except `contributions`. */
export const TargetMemory = z.strictObject({
  v: z.literal(VERSION),
  /** Security groups that hold a contribution of this binding, with its digest and the wake-up that it caused. Written before the contribution is. */
  contributions: z.record(z.string(), z.strictObject({ digest: z.string(), gen: z.int().nonnegative() })),
  /** References that were written. */
  references: z.array(z.string()),
  /** Whether the binding's removal has begun: some of the references may be gone from the index. */
  leaving: z.boolean().optional(),
  /** Security group by node: all interfaces of the node lead to it, or, for instance targets, its primary one. */
  nodes: z.record(z.string(), z.strictObject({ groupId: z.string(), instanceId: z.string().optional() })),
  /** Security group by uid, for pods whose node does not tell. */
  pods: z.record(z.string(), z.string()),
  /** When nodes and pods were read from EC2 anew. */
  interfacesReadAt: z.number(),
  vpc: z.strictObject({ id: z.string(), cidrs: z.array(z.string()), readAt: z.number() }).optional(),
  /** Until when ELBv2 is known to refuse AvailabilityZone `all` for this target group. */
  zonesUntil: z.number().optional(),
  /** One of the targets that were registered last, and when. An answer of AWS that lacks it, soon after, is older than that. */
  newest: z.strictObject({ id: z.string(), port: z.number(), at: z.number() }).optional(),
  /** Whether the binding stands among those whose rules cannot be told. */
  faulty: z.boolean().optional(),
});
export type TargetMemory = z.infer<typeof TargetMemory>;

/** Memory of a binding that was never seen. */
export const NO_MEMORY: TargetMemory = { v: VERSION, contributions: {}, references: [], nodes: {}, pods: {}, interfacesReadAt: 0 };
