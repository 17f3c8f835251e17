import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, OutputFormat, SourceMapMode } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { DeployedFunction } from './deployed-functions';
import { type PermissionScope, permissionsOf } from './permissions';
import { FUNCTION_TIMEOUT_SECONDS } from './workflow';

export interface LambdaFunctionProps {
  readonly definition: DeployedFunction;
  readonly environment: Record<string, string>;
  readonly scope: PermissionScope;
}

/** One of our functions: bundled alone, with a role and a log group of its own. Its description is its source file. */
export class LambdaFunction extends Construct {
  readonly lambda: NodejsFunction;

  constructor(parent: Construct, { definition, environment, scope }: LambdaFunctionProps) {
    super(parent, pascal(definition.name));
    const functionName = `stepbalancer-${definition.name}`;
    const logGroup = new LogGroup(this, 'Log', { logGroupName: `/aws/lambda/${functionName}`, retention: RetentionDays.ONE_MONTH, removalPolicy: RemovalPolicy.DESTROY });
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com'), description: `Role of ${definition.entry}` });
    logGroup.grantWrite(role);
    this.lambda = new NodejsFunction(this, 'Function', {
      functionName,
      description: definition.entry,
      entry: definition.entry,
      handler: 'handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: definition.memoryMiB,
      timeout: Duration.seconds(FUNCTION_TIMEOUT_SECONDS),
      tracing: Tracing.ACTIVE,
      role,
      logGroup,
      environment: { ...environment, POWERTOOLS_SERVICE_NAME: definition.name, POWERTOOLS_METRICS_NAMESPACE: 'stepbalancer', NODE_OPTIONS: '--enable-source-maps' },
      // A redrive meets the code that its execution began with: versions stay until `sweep` prunes those older than 15 days.
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN },
      bundling: {
        format: OutputFormat.ESM,
        target: 'node24',
        minify: true,
        sourceMap: true,
        sourceMapMode: SourceMapMode.DEFAULT,
        sourcesContent: false,
        mainFields: ['module', 'main'],
        bundleAwsSDK: true,
        // Some dependencies are CommonJS and call `require`.
        banner: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
      },
    });
    for (const statement of permissionsOf(definition.name, scope)) role.addToPolicy(new PolicyStatement({ actions: [...statement.actions], resources: [...statement.resources], ...(statement.conditions ? { conditions: statement.conditions } : {}) }));
    acknowledgeWildcards(role, definition.name, scope);
  }
}

/** cdk-nag wants every wildcard explained: the reasons stand beside the permissions. */
function acknowledgeWildcards(role: Role, name: string, scope: PermissionScope): void {
  const reason = (why: string | undefined) => why ?? 'Names of load balancers, target groups and groups are not known when this is deployed; the condition on our tag, where AWS has one, narrows it (infra/permissions.ts)';
  for (const { resources, why } of permissionsOf(name, scope)) {
    for (const resource of resources.filter((arn) => arn.includes('*'))) Validations.of(role).acknowledge({ id: `AwsSolutions-IAM5[Resource::${resource}]`, reason: reason(why) });
  }
  Validations.of(role).acknowledge({ id: 'AwsSolutions-IAM5[Resource::*]', reason: 'Describe calls and X-Ray segments have no resource-level permission' });
}

const pascal = (name: string) => name.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
