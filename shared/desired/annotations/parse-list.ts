import { trimSpace } from '../text';

/** Items between commas, trimmed, without the empty ones. There is no escape (LBC's behaviour §0.1, stringSlice). */
export function parseList(raw: string): string[] {
  return raw.split(',').map(trimSpace).filter((item) => item !== '');
}
