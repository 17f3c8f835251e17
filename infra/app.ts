import { App, Tags, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { StepbalancerStack } from './stepbalancer-stack';

/** `cdk synth` and `cdk deploy` start here: one stack per account and Region. */
const app = new App();
const stack = new StepbalancerStack(app, 'stepbalancer');
Tags.of(stack).add('application', 'stepbalancer');
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
