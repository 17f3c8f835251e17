import * as models from '@kubernetes/client-node';

/** One field of a model: its name on the wire and its type (`string`, `Array<V1Container>`, `{ [key: string]: string; }` …). */
export interface ModelField {
  readonly baseName: string;
  readonly type: string;
  readonly format: string;
}

interface Model {
  getAttributeTypeMap(): ModelField[];
}

function isModel(value: unknown): value is Model {
  return typeof value === 'function' && 'getAttributeTypeMap' in value;
}

const byName = new Map<string, unknown>(Object.entries(models));

/** The fields of a Kubernetes type, as the official client's generated models state them. Undefined for a name that is no model. */
export function modelFields(name: string): readonly ModelField[] | undefined {
  const model = byName.get(name);
  return isModel(model) ? model.getAttributeTypeMap() : undefined;
}
