/** Which Kubernetes object. `uid` tells a re-created object from the one before. */
export interface ObjectRef {
  /** API group; the core group is the empty text. */
  readonly group: string;
  /** Plural resource name, as in a URL: `services`. */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid?: string;
}

/** Something that a person must mend, as a value. It becomes one Warning Event and one condition. */
export interface Problem {
  /** Stable reason code, CamelCase: part of our API, listed in docs/reasons.md. */
  readonly code: string;
  /** One or two sentences: expected, found, where, what to do. */
  readonly message: string;
  readonly object: ObjectRef;
}
