const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

/** A span as `kubectl get` shows it: the larger it is, the coarser. `12s`, `3m4s`, `45m`, `5h20m`, `3d4h`, `2y30d`. */
export function formatDuration(ms: number): string {
  const span = Math.max(0, ms);
  if (span < 2 * MINUTE) return `${Math.floor(span / SECOND)}s`;
  if (span < 10 * MINUTE) return pair(span, { large: MINUTE, small: SECOND, words: 'ms' });
  if (span < 3 * HOUR) return `${Math.floor(span / MINUTE)}m`;
  if (span < 8 * HOUR) return pair(span, { large: HOUR, small: MINUTE, words: 'hm' });
  if (span < 2 * DAY) return `${Math.floor(span / HOUR)}h`;
  if (span < 8 * DAY) return pair(span, { large: DAY, small: HOUR, words: 'dh' });
  if (span < 2 * YEAR) return `${Math.floor(span / DAY)}d`;
  if (span < 8 * YEAR) return pair(span, { large: YEAR, small: DAY, words: 'yd' });
  return `${Math.floor(span / YEAR)}y`;
}

function pair(span: number, { large, small, words }: { large: number; small: number; words: string }): string {
  const rest = Math.floor((span % large) / small);
  return `${Math.floor(span / large)}${words[0]}${rest === 0 ? '' : `${rest}${words[1]}`}`;
}

/** The time since an API timestamp; `<unknown>` without one. */
export function age(time: unknown, now: number): string {
  const at = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  return Number.isNaN(at) ? '<unknown>' : formatDuration(now - at);
}
