/** The first line of every generated page. */
export const GENERATED = '<!-- Made by `npm run docs`. Change the table it is made from, not this page. -->';

/** A Markdown table. Cells may hold anything; what would end a cell is escaped. */
export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}
