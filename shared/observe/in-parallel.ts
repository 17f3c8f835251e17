/**
 * The answers of reads that run at the same time. Waits for all of them even when one fails, so that nothing of a step goes on after it; then throws the first failure.
 */
export async function inParallel<Answers extends readonly unknown[]>(...reads: { [Index in keyof Answers]: Promise<Answers[Index]> }): Promise<Answers> {
  const settled = await Promise.allSettled(reads);
  for (const outcome of settled) if (outcome.status === 'rejected') throw outcome.reason;
  return settled.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : undefined)) as unknown as Answers;
}

/** The answers for each item, in order, under the same rule. */
export async function forEach<Item, Answer>(items: readonly Item[], read: (item: Item) => Promise<Answer>): Promise<Answer[]> {
  return inParallel<Answer[]>(...items.map(read));
}
