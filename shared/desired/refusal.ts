import type { ReasonCode } from './reasons';

/**
 * Inside the heart, the way out when no model can be built. It never leaves `shared/desired`: the builder turns it into a `Problem`.
 * `message` says what was expected, what was found and what to do; the builder puts the object in front.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: ReasonCode;
  constructor(code: ReasonCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Ends the building of a model with a reason. */
export function refuse(code: ReasonCode, message: string): never {
  throw new Refusal(code, message);
}
