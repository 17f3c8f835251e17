import type { Ec2Reads, Filters } from '../aws/ec2';

type Shared = Pick<Ec2Reads, 'describeVpcs' | 'describeInstances'>;

/**
 * The same client, which asks AWS the same question about VPCs and instances once: the bindings of one batch ask alike (fifty ports of one Service, the same nodes). For the
 * length of one invocation only; what they answer is believed for half an hour anyway. Reads that decide about a deletion are never shared. A failure is shared as well, and
 * the messages come again.
 */
export function shareReads<Client extends Shared>(ec2: Client): Client {
  return { ...ec2, describeVpcs: once((filters) => ec2.describeVpcs(filters)), describeInstances: once((filters) => ec2.describeInstances(filters)) };
}

function once<Answer>(read: (filters: Filters) => Promise<Answer>): (filters: Filters) => Promise<Answer> {
  const asked = new Map<string, Promise<Answer>>();
  return (filters) => {
    const question = JSON.stringify(Object.entries(filters).map(([name, values]) => [name, [...values].sort()]));
    const answer = asked.get(question) ?? read(filters);
    asked.set(question, answer);
    return answer;
  };
}
