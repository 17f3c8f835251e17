import { aggregatedDiscovery, apiGroup, apiGroupList, apiResourceList, apiVersions } from '../discovery/group-lists';
import type { OpenApi } from '../discovery/openapi';
import type { KindRegistry } from '../kinds/kind-registry';
import { methodNotAllowed, notAcceptable, unknownPath } from '../status-error';
import type { KubeResponse } from './messages';
import { jsonResponse } from './messages';
import { splitPath } from './read-target';

interface Discovery {
  readonly kinds: KindRegistry;
  readonly openApi: OpenApi;
  /** `v1.33.4` */
  readonly version: string;
}

interface Asked {
  readonly method: string;
  readonly pathname: string;
  readonly accept: string;
}

/** Answers what is not about a resource: health, version, discovery, OpenAPI. Undefined for any other path; throws 404 or 405. */
export function serveDiscovery(discovery: Discovery, asked: Asked): KubeResponse | undefined {
  const response = answerFor(discovery, asked);
  if (response !== undefined && asked.method !== 'GET') throw methodNotAllowed();
  return response;
}

function answerFor({ kinds, openApi, version }: Discovery, { pathname, accept }: Asked): KubeResponse | undefined {
  if (/^\/(healthz|livez|readyz)(\/|$)/.test(pathname)) return { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: 'ok' };
  if (pathname === '/version' || pathname === '/version/') return jsonResponse(200, versionDocument(version));
  if (pathname === '/api' || pathname === '/api/') return aggregated(kinds, { accept, core: true }) ?? jsonResponse(200, apiVersions());
  if (pathname === '/apis' || pathname === '/apis/') return aggregated(kinds, { accept, core: false }) ?? jsonResponse(200, apiGroupList(kinds.all()));
  if (pathname.startsWith('/openapi/')) return serveOpenApi(openApi, { pathname, accept, version });
  return serveGroup(kinds, pathname);
}

function serveGroup(kinds: KindRegistry, pathname: string): KubeResponse | undefined {
  const group = /^\/apis\/([^/]+)\/?$/.exec(pathname)?.[1];
  const parts = splitPath(pathname);
  if (group === undefined && parts?.rest.length !== 0) return undefined;
  const found = group === undefined ? (parts === undefined ? undefined : apiResourceList(kinds.all(), parts)) : apiGroup(kinds.all(), group);
  if (found === undefined) throw unknownPath();
  return jsonResponse(200, found);
}

function aggregated(kinds: KindRegistry, { accept, core }: { accept: string; core: boolean }): KubeResponse | undefined {
  const choice = accept.split(',').find((each) => /as=APIGroupDiscoveryList/.test(each) && each.trim().startsWith('application/json'));
  const version = choice === undefined ? undefined : /v=(v2(?:beta1)?)\b/.exec(choice)?.[1];
  if (version === undefined) return undefined;
  const type = `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
  return jsonResponse(200, aggregatedDiscovery(kinds.all(), { core, version }), { 'content-type': type });
}

/** As clients ask for it; in the answer a dot stands for the @, which no media type may hold. */
const SWAGGER_PROTOBUF = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';

/** The fields `swagger`, `info` and `paths` of an OpenAPI v2 document in protobuf, all short: no path at all. */
function emptySwagger(version: string): string {
  const field = (number: number, text: string) => String.fromCharCode(number * 8 + 2, text.length) + text;
  return field(1, '2.0') + field(2, field(1, 'Kubernetes') + field(2, version)) + field(8, '');
}

function serveOpenApi(openApi: OpenApi, { pathname, accept, version }: { pathname: string; accept: string; version: string }): KubeResponse {
  if (pathname === '/openapi/v3' || pathname === '/openapi/v3/') return jsonResponse(200, openApi.index());
  // kubectl asks for it when a kind is not in v3, so not here at all: that it is in no path is the answer, and kubectl says then that there is no such kind.
  if (pathname === '/openapi/v2' && accept === SWAGGER_PROTOBUF) return { status: 200, headers: { 'content-type': SWAGGER_PROTOBUF.replace('@', '.') }, body: emptySwagger(version) };
  const isProtobufOnly = accept !== '' && !/application\/json|\*\/\*/.test(accept);
  if (isProtobufOnly) throw notAcceptable(['application/json']);
  const text = pathname === '/openapi/v2' ? openApi.swagger() : openApi.document(pathname.slice('/openapi/v3/'.length));
  if (text === undefined) throw unknownPath();
  return jsonResponse(200, text);
}

function versionDocument(version: string): object {
  const [major = '1', minor = '0'] = version.replace(/^v/, '').split('.');
  return { major, minor, gitVersion: version, gitCommit: '', gitTreeState: 'clean', buildDate: '1970-01-01T00:00:00Z', goVersion: '', compiler: '', platform: `${process.platform}/${process.arch}` };
}
