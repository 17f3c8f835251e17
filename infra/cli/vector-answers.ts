import { answerService } from './vectors/answer-service';
import type { Answer } from './vectors/answer-service';
import type { Vector } from './vectors/read-vector';
import { answerTargets } from './vectors/targets/targets-answer';

/**
 * Who answers for which kind of subject. A kind that is not listed is pending: said openly, never counted as passed.
 * A handler gets the whole vector and gives what the vector holds under `expected`, as computed, or `error`.
 */
const ANSWERS: Readonly<Record<string, (vector: Vector) => Answer | Promise<Answer>>> = {
  Service: answerService,
  TargetGroupBinding: answerTargets,
};

/** The answer to a vector. Throws an Error where the vector is not understood. */
export async function answerVector(vector: Vector): Promise<Answer> {
  const answer = ANSWERS[vector.subject.kind];
  return answer === undefined ? { pending: vector.subject.kind } : await answer(vector);
}
