import { build } from 'esbuild';
import { ROOT } from '../../infra/bundling/bundle-options';

/** The parts of a function that are ours and that esbuild keeps, by file: what nobody can reach is not in there. */
export type OwnCode = ReadonlyMap<string, string>;

/** Our own code in a function's bundle, not minified, so that names can be read. */
export async function ownCodeOf(entry: string): Promise<OwnCode> {
  const { outputFiles } = await build({ entryPoints: [entry], absWorkingDir: ROOT, bundle: true, packages: 'external', platform: 'node', target: 'node24', format: 'esm', write: false, logLevel: 'silent' });
  const text = outputFiles[0]?.text ?? '';
  const parts = text.split(/^\/\/ (?=(?:shared|functions)\/[^\n]*\.ts$)/m).slice(1);
  const code = new Map<string, string>();
  for (const part of parts) {
    const file = part.slice(0, part.indexOf('\n'));
    code.set(file, (code.get(file) ?? '') + part.slice(file.length)); // a module with classes comes in several parts
  }
  return code;
}

/** Methods of the clients for Elastic Load Balancing and EC2, with the service and the operation that each one calls. */
export type ClientMethods = ReadonlyMap<string, string>;

const RENAMED: Readonly<Record<string, string>> = { authorizeIngress: 'AuthorizeSecurityGroupIngress', revokeIngress: 'RevokeSecurityGroupIngress' };

/** Our method's name as AWS's operation. */
export function operationOf(method: string): string {
  return RENAMED[method] ?? method.charAt(0).toUpperCase() + method.slice(1);
}

/** Clients of which a module stands for its calls: what it sends is in it. lib-dynamodb leaves `Item` out of its names. */
const SENDERS: Readonly<Record<string, { readonly service: string; readonly rename: (command: string) => string }>> = {
  'shared/aws/dynamodb-table.ts': { service: 'dynamodb', rename: (command) => (command === 'Query' ? command : `${command}Item`) },
  'shared/aws/function-versions.ts': { service: 'lambda', rename: (command) => command },
  'shared/aws/executions.ts': { service: 'states', rename: (command) => command },
  'shared/aws/secrets.ts': { service: 'secretsmanager', rename: (command) => command },
  'shared/aws/acm.ts': { service: 'acm', rename: (command) => command },
  'shared/aws/tagging.ts': { service: 'tag', rename: (command) => command },
  // Batches need the permission of their single call (AWS: Actions for Amazon SQS).
  'shared/aws/target-queue.ts': { service: 'sqs', rename: (command) => command.replace(/Batch$/, '') },
  'shared/aws/event-bus.ts': { service: 'events', rename: (command) => command },
};

/** Every AWS operation that the code can call, as `service:Operation`, sorted. */
export function callsIn(code: OwnCode, methods: ClientMethods): string[] {
  const sent = Object.entries(SENDERS).flatMap(([file, { service, rename }]) => commandsIn(code.get(file) ?? '').map((command) => `${service}:${rename(command)}`));
  const callers = [...code].filter(([file]) => !file.startsWith('shared/aws/')).map(([, text]) => text).join('\n');
  const called = [...methods].filter(([method]) => new RegExp(`\\.${method}\\b`).test(callers)).map(([, operation]) => operation);
  const due = /\.listDue\(/.test(callers) ? ['dynamodb:Query index/due'] : [];
  return [...new Set([...sent, ...called, ...due])].sort();
}

/** Commands that a text makes. */
export function commandsIn(text: string): string[] {
  return [...new Set([...text.matchAll(/\bnew (\w+)Command\(/g)].map(([, command = '']) => command))];
}
