import type { Action, AuthenticateCognitoActionConfig, AuthenticateOidcActionConfig, JwtValidationActionConfig } from '@aws-sdk/client-elastic-load-balancing-v2';
import { assertInRange, assertOneOf, validationError } from './refusals';

type Authentication = Pick<Action, 'AuthenticateOidcConfig' | 'AuthenticateCognitoConfig' | 'JwtValidationConfig'>;

/** Checks an action that knows who asks, and answers it as AWS shows it: AWS never shows a client secret. */
export function checkedAuthentication(action: Action): Authentication {
  if (action.Type === 'authenticate-oidc') return { AuthenticateOidcConfig: checkedOidc(action.AuthenticateOidcConfig) };
  if (action.Type === 'authenticate-cognito') return { AuthenticateCognitoConfig: checkedCognito(action.AuthenticateCognitoConfig) };
  return { JwtValidationConfig: checkedJwt(action.JwtValidationConfig) };
}

function sessionOf(config: AuthenticateOidcActionConfig | AuthenticateCognitoActionConfig) {
  const { SessionCookieName = 'AWSELBAuthSessionCookie', Scope = 'openid', SessionTimeout = 604_800, OnUnauthenticatedRequest = 'authenticate' as const, AuthenticationRequestExtraParams: extra } = config;
  assertOneOf(OnUnauthenticatedRequest, ['deny', 'allow', 'authenticate'], 'onUnauthenticatedRequest');
  assertInRange(SessionTimeout, { min: 1, max: 604_800 }, 'SessionTimeout');
  if (Object.keys(extra ?? {}).length > 10) throw validationError('At most 10 extra parameters can be specified');
  return { SessionCookieName, Scope, SessionTimeout, OnUnauthenticatedRequest, ...(extra !== undefined && { AuthenticationRequestExtraParams: extra }) };
}

function checkedOidc(config: AuthenticateOidcActionConfig | undefined): AuthenticateOidcActionConfig {
  if (config === undefined) throw validationError('AuthenticateOidcConfig is required for an action of type authenticate-oidc');
  const { Issuer, AuthorizationEndpoint, TokenEndpoint, UserInfoEndpoint, ClientId, ClientSecret, UseExistingClientSecret } = config;
  for (const [name, url] of Object.entries({ Issuer, AuthorizationEndpoint, TokenEndpoint, UserInfoEndpoint })) if (url?.startsWith('https://') !== true) throw validationError(`${name} must be an https:// URL`);
  if ((ClientSecret === undefined) !== (UseExistingClientSecret === true)) throw validationError('Specify either a client secret or the use of the existing one');
  return { Issuer, AuthorizationEndpoint, TokenEndpoint, UserInfoEndpoint, ClientId, ...sessionOf(config) };
}

function checkedCognito(config: AuthenticateCognitoActionConfig | undefined): AuthenticateCognitoActionConfig {
  if (config === undefined) throw validationError('AuthenticateCognitoConfig is required for an action of type authenticate-cognito');
  const { UserPoolArn, UserPoolClientId, UserPoolDomain } = config;
  if (!/^arn:aws[a-z-]*:cognito-idp:/.test(UserPoolArn ?? '')) throw validationError(`'${UserPoolArn ?? ''}' is not a valid user pool ARN`);
  return { UserPoolArn, UserPoolClientId, UserPoolDomain, ...sessionOf(config) };
}

function checkedJwt(config: JwtValidationActionConfig | undefined): JwtValidationActionConfig {
  if (config === undefined) throw validationError('JwtValidationConfig is required for an action of type jwt-validation');
  if (config.JwksEndpoint?.startsWith('https://') !== true) throw validationError('JwksEndpoint must be an https:// URL');
  const claims = config.AdditionalClaims ?? [];
  if (claims.length > 10) throw validationError('At most 10 additional claims can be specified');
  for (const claim of claims) assertOneOf(claim.Format ?? '', ['single-string', 'string-array', 'space-separated-values'], 'format');
  return config;
}
