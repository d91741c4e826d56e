/** Tables in markdown. The first row is always the header; layout tables are flattened. */
import type TurndownService from 'turndown';

/** Facts that decide the format of a table. */
interface TableFacts {
  /** Whether it is a data table: more than one column, and no nested table. */
  isData: boolean;
  firstRow: Node | null;
}

/** Adds the rules for tables. */
export function addTableRules(service: TurndownService): void {
  const known = new WeakMap<Node, TableFacts>(); // computed once per table, not per cell
  const factsOf = (node: Node): TableFacts | undefined => {
    const table = tableOf(node);
    const facts = table && (known.get(table) ?? readTable(table));
    if (facts) known.set(table, facts);
    return facts;
  };
  service.addRule('cell', {
    filter: ['th', 'td'],
    replacement: (content, node) =>
      factsOf(node)?.isData
        ? ` ${inCell(content)} |${' |'.repeat(columnsOf(node) - 1)}`
        : `\n\n${content}\n\n`,
  });
  service.addRule('row', {
    filter: 'tr',
    replacement: (content, node) =>
      factsOf(node)?.isData ? row(content, node, factsOf(node)?.firstRow === node) : content,
  });
  service.addRule('section', {
    filter: ['thead', 'tbody', 'tfoot'],
    replacement: (content) => content,
  });
  service.addRule('caption', {
    filter: 'caption',
    replacement: (content) => `${inCell(content)}\n\n`,
  });
  service.addRule('table', {
    filter: 'table',
    replacement: (content) => `\n\n${content.trim()}\n\n`,
  });
}

/** Maximum `colspan` of a cell: some pages have thousands. */
const MAX_COLUMNS = 50;

function row(content: string, node: HTMLElement, isFirst: boolean): string {
  if (content.trim() === '') return '';
  const columns = Array.from(node.children).reduce((sum, cell) => sum + columnsOf(cell), 0);
  return `|${content.replaceAll('\n', ' ')}\n${isFirst ? `|${' --- |'.repeat(columns)}\n` : ''}`;
}

function readTable(table: HTMLElement): TableFacts {
  const rows = Array.from(table.querySelectorAll('tr'));
  return {
    isData:
      table.querySelectorAll('table').length === 0 &&
      rows.some(({ children }) => children.length > 1),
    firstRow: rows[0] ?? null,
  };
}

function tableOf(node: Node): HTMLElement | undefined {
  for (let parent = node.parentNode; parent; parent = parent.parentNode) {
    if (parent.nodeName === 'TABLE') return parent as HTMLElement;
  }
  return undefined;
}

function columnsOf(cell: Element): number {
  return Math.min(
    Math.max(Number.parseInt(cell.getAttribute('colspan') ?? '1', 10) || 1, 1),
    MAX_COLUMNS,
  );
}

function inCell(content: string): string {
  return content
    .trim()
    .replace(/\s*\n\s*/g, ' ')
    .replaceAll('|', '\\|');
}
