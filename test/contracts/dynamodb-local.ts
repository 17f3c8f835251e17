import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';

/*
 * Runs the store's contract suites against AWS's own DynamoDB Local. It comes by Maven, needs Java 17, and is kept outside of this folder: its licence forbids to pass it on.
 */
const VERSION = '2.6.1';
const HOME = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'stepbalancer', `dynamodb-local-${VERSION}`);
const LIBRARIES = join(HOME, 'libraries');
const READY_MS = 60_000;

/** What Maven is asked for. */
const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>local</groupId>
  <artifactId>dynamodb-local</artifactId>
  <version>1</version>
  <dependencies>
    <dependency><groupId>com.amazonaws</groupId><artifactId>DynamoDBLocal</artifactId><version>${VERSION}</version></dependency>
  </dependencies>
</project>
`;

process.exitCode = await main();

async function main(): Promise<number> {
  const missing = [['java', '-version'], ['mvn', '-v']].filter(([command = '', option = '']) => spawnSync(command, [option], { stdio: 'ignore' }).status !== 0).map(([command]) => command);
  if (missing.length > 0) {
    console.error(`expected Java 17 and Maven for DynamoDB Local, found no ${missing.join(' and no ')}; npm test runs the same suites on dynalite`);
    return 1;
  }
  if (!existsSync(LIBRARIES)) fetchLibraries();
  const port = await freePort();
  const flags = [`-Djava.library.path=${LIBRARIES}`, `-Dsqlite4java.library.path=${LIBRARIES}`];
  const server = spawn('java', [...flags, '-cp', join(LIBRARIES, '*'), 'com.amazonaws.services.dynamodbv2.local.main.ServerRunner', '-inMemory', '-port', String(port), '-disableTelemetry'], { stdio: ['ignore', 'ignore', 'inherit'] });
  try {
    const url = `http://127.0.0.1:${port}`;
    await untilAnswers(url, server);
    return spawnSync('vitest', ['run', 'test/contracts/store-on-dynamodb.test.ts'], { stdio: 'inherit', env: { ...process.env, LOCAL_DYNAMODB_URL: url } }).status ?? 1;
  } finally {
    server.kill();
  }
}

function fetchLibraries(): void {
  console.log(`fetching DynamoDB Local ${VERSION} into ${HOME} (about 200 MB)`);
  mkdirSync(HOME, { recursive: true });
  writeFileSync(join(HOME, 'pom.xml'), POM);
  const { status } = spawnSync('mvn', ['-q', '-f', join(HOME, 'pom.xml'), 'dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${LIBRARIES}`], { stdio: 'inherit' });
  if (status !== 0) throw new Error(`Maven could not fetch DynamoDB Local ${VERSION}; its words are above`);
}

async function untilAnswers(url: string, server: ChildProcess): Promise<void> {
  for (const end = Date.now() + READY_MS; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 200))) {
    if (server.exitCode !== null) throw new Error(`DynamoDB Local ended with ${server.exitCode} before it answered; its words are above`);
    if (await fetch(url).then(() => true, () => false)) return;
  }
  throw new Error(`expected DynamoDB Local to answer at ${url} within ${READY_MS / 1000} s`);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
