/** The same question is asked once. */
export function remember<Answer>(ask: (question: string) => Promise<Answer>): (question: string) => Promise<Answer> {
  const answers = new Map<string, Promise<Answer>>();
  return (question) => {
    const answer = answers.get(question) ?? ask(question);
    answers.set(question, answer);
    return answer;
  };
}
