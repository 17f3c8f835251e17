import { Logger } from '@aws-lambda-powertools/logger';

type Values = Readonly<Record<string, unknown>>;

/** Structured log: a constant message, values beside it. Never a secret, a header or a body among them. */
export interface Log {
  info(message: string, values?: Values): void;
  warn(message: string, values?: Values): void;
  error(message: string, values?: Values): void;
  /** The same log with values in every line. */
  with(values: Values): Log;
}

/** Lines as JSON on standard output, as CloudWatch Logs reads them. */
export function createLog(): Log {
  return logOver(new Logger({ serviceName: 'stepbalancer' }));
}

function logOver(logger: Logger): Log {
  return {
    info: (message, values = {}) => logger.info(message, { ...values }),
    warn: (message, values = {}) => logger.warn(message, { ...values }),
    error: (message, values = {}) => logger.error(message, { ...values }),
    with: (values) => logOver(logger.createChild({ persistentKeys: { ...values } })),
  };
}
