import { relative } from 'node:path';
import { App, Tags, Validations } from 'aws-cdk-lib';
import recommendedFlags from 'aws-cdk-lib/recommended-feature-flags.json' with { type: 'json' };
import { AwsSolutionsChecks } from 'cdk-nag';
import { StepbalancerStack } from './stepbalancer-stack';
import { parseEksClusters } from './eks-clusters';
import { bundledCode } from './bundling/bundled-code';

/** `cdk synth` and `cdk deploy` start here: one stack per account and Region. */
// What CDK recommends to a new app, as of the version that package.json pins.
const app = new App({ context: recommendedFlags });
const { codeOf, summary } = await bundledCode(app);
const stack = new StepbalancerStack(app, 'stepbalancer', { codeOf, eksClusters: parseEksClusters(app.node.tryGetContext('eksClusters')) });
Tags.of(stack).add('application', 'stepbalancer');
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
const { directory } = app.synth();
console.log(`stepbalancer: ${summary}; cdk-nag found nothing that is not explained; template: ${relative('.', directory)}/${stack.templateFile}`);
