import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, type Code, Function as Lambda, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { DeployedFunction } from './deployed-functions';
import { permissionsOf } from './permissions';
import { type Permission, type PermissionScope, SCOPE_IN_WORDS } from './permissions/permission';
import { FUNCTION_TIMEOUT_SECONDS } from './workflow';

export interface LambdaFunctionProps {
  readonly definition: DeployedFunction;
  readonly code: Code;
  readonly environment: Readonly<Record<string, string>>;
  readonly scope: PermissionScope;
}

/** One of our functions: bundled alone, with a role and a log group of its own. Its description is its source file. */
export class LambdaFunction extends Construct {
  readonly lambda: Lambda;
  readonly role: Role;

  constructor(parent: Construct, { definition, code, environment, scope }: LambdaFunctionProps) {
    super(parent, pascal(definition.name));
    const functionName = `stepbalancer-${definition.name}`;
    const logGroup = new LogGroup(this, 'Log', { logGroupName: `/aws/lambda/${functionName}`, retention: RetentionDays.ONE_MONTH, removalPolicy: RemovalPolicy.DESTROY });
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com'), description: `stepbalancer: ${definition.entry}` });
    logGroup.grantWrite(this.role);
    this.lambda = new Lambda(this, 'Function', {
      functionName,
      description: definition.entry,
      code,
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: definition.memoryMiB,
      timeout: Duration.seconds(FUNCTION_TIMEOUT_SECONDS),
      tracing: Tracing.ACTIVE,
      role: this.role,
      logGroup,
      environment: { ...environment, NODE_OPTIONS: '--enable-source-maps' },
      // A redrive meets the code that its execution began with, so a deployment leaves older versions where they are.
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN },
    });
    for (const permission of permissionsOf(definition.name, scope)) this.role.addToPolicy(statementOf(permission));
    this.explainWildcards(definition.name);
  }

  /** cdk-nag wants every wildcard explained, by the resource as it reports it: with tokens in words. */
  private explainWildcards(name: string): void {
    const acknowledged = Validations.of(this.role);
    const reasons = new Map<string, Set<string>>([['*', new Set(['X-Ray segments have no resource-level permission'])]]);
    for (const { resources, why = '' } of permissionsOf(name, SCOPE_IN_WORDS)) {
      for (const resource of resources.filter((arn) => arn.includes('*'))) reasons.set(resource, (reasons.get(resource) ?? new Set()).add(why));
    }
    for (const [resource, whys] of reasons) acknowledged.acknowledge({ id: `AwsSolutions-IAM5[Resource::${resource}]`, reason: [...whys].join('. ') });
  }
}

/** A permission as CDK's statement. */
export function statementOf({ actions, resources, conditions }: Permission): PolicyStatement {
  return new PolicyStatement({ actions: [...actions], resources: [...resources], ...(conditions === undefined ? {} : { conditions }) });
}

const pascal = (name: string) => name.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
