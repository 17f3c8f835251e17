/** Why the local system cannot start, in words for the person who started it; shown without a stack. */
export class StartProblem extends Error {
  override readonly name = 'StartProblem';
}

/** What the person asked for. */
export interface Asked {
  /** Where the data are. */
  readonly data: string;
  readonly awsPort: number | undefined;
  readonly kubePort: number | undefined;
}

interface SystemError {
  readonly code?: string;
  readonly name?: string;
  readonly message?: string;
  readonly port?: number;
  readonly cause?: SystemError;
}

/** The words for a failed start that a person can do something about; undefined for a mistake of our own, whose stack is wanted. */
export function explainStart(error: unknown, { data, awsPort, kubePort }: Asked): string | undefined {
  if (error instanceof StartProblem) return error.message;
  const { code = '', message = '', name = '', port, cause } = error as SystemError;
  if (code === 'EADDRINUSE' || code === 'EACCES') {
    const option = port === awsPort ? '--aws-port' : port === kubePort ? '--kube-port' : '--aws-port and --kube-port';
    return `port ${port} ${code === 'EACCES' ? 'may not be used by you' : 'is in use'}: choose another by ${option}, or leave the option out for a free one`;
  }
  if (code === 'ERR_SQLITE_ERROR' || code.startsWith('LEVEL_') || name === 'ModuleError') {
    return `the data in ${data} cannot be read (${cause?.message ?? message}): delete this folder to begin anew, or choose another by --dir`;
  }
  return undefined;
}
