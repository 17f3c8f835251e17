import type { HttpHandlerUserInput } from '@smithy/core/protocols';
import type { RequestSigner } from '@smithy/types';

/** What every narrow AWS client is made from. */
export interface AwsClientConfig {
  readonly region: string;
  /** Where AWS answers, if not at its own address. */
  readonly endpoint?: string;
  /** Another transport than sockets, for tests in one process. */
  readonly requestHandler?: HttpHandlerUserInput;
  /** Another way to sign than SigV4, for tests in one process: nobody verifies there, and hashing costs time. */
  readonly signer?: () => Promise<RequestSigner>;
  /** Static keys, for the local AWS; absent in Lambda. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** The signal of the running step: no call outlives it. */
  readonly signal?: () => AbortSignal | undefined;
  /** Told of every call, by its action's name. */
  readonly onCall?: (action: string) => void;
  /** SDK attempts (`standard` mode). Default 4. */
  readonly maxAttempts?: number;
}
