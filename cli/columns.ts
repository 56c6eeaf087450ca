import { columnsOf, printableLine, styled, widest, wrapped, type Style, type View } from "../path/render/index";

/** One or several texts, and how they are shown. */
export type Cell = string | number | string[] | { text: string; style: Style };

const gap = "  ";

/**
 * Rows under their heads, columns that have nothing left out. Where the view is too narrow a block for each row, which begins with its
 * first `named` cells, a single one under its head. Texts are escaped. Ends without a newline.
 */
export function columns(head: string[], rows: Cell[][], view: View, named = 2): string {
  const used = head.map((_, column) => rows.some((row) => textOf(row[column]) !== ""));
  const kept = <T>(row: T[]): T[] => row.filter((_, column) => used[column]);
  const heads = kept(head);
  const cells = rows.map((row) => kept(row));
  const widths = heads.map((text, column) => widest([text, ...cells.map((row) => textOf(row[column]))]));
  const needed = widths.reduce((sum, width) => sum + width, 0) + gap.length * (widths.length - 1);
  if (view.width !== undefined && needed > view.width) {
    return cells.map((row) => block(heads, row, view, named).join("\n")).join("\n");
  }
  const isNumber = widths.map((_, column) => cells.every((row) => typeof row[column] === "number"));
  const line = (texts: string[], style: (column: number) => Style | undefined): string =>
    texts
      .map((text, column) => {
        const width = widths[column] ?? 0;
        const last = column === texts.length - 1;
        const room = " ".repeat(width - columnsOf(text));
        const look = style(column);
        const shown = look === undefined ? text : styled(text, look, view);
        return isNumber[column] ? room + shown : last ? shown : shown + room;
      })
      .join(gap)
      .trimEnd();
  return [
    line(heads, () => "heading"),
    ...cells.map((row) => line(row.map(textOf), (column) => styleOfCell(row[column]))),
  ].join("\n");
}

function block(heads: string[], row: Cell[], view: View, named: number): string[] {
  const title = row
    .slice(0, named)
    .map(textOf)
    .filter((text) => text !== "");
  const parts = row
    .slice(named)
    .map((cell, index) => ({ label: `${heads[named + index] ?? ""}: `, text: textOf(cell), style: styleOfCell(cell) }))
    .filter(({ text }) => text !== "");
  const begin = named === 1 ? `${heads[0] ?? ""} ` : "";
  return [
    ...wrapped(`${begin}${title.join(gap)}`, "", gap, view.width).map((line) => styled(line, "heading", view)),
    ...inLines(parts, view),
  ];
}

interface Part {
  label: string;
  text: string;
  style: Style | undefined;
}

/** As many parts in a line as it takes; one that is longer goes on in the next. */
function inLines(parts: Part[], view: View): string[] {
  const width = view.width ?? Infinity;
  const lines: { text: string; columns: number }[] = [];
  for (const { label, text, style } of parts) {
    const shown = style === undefined ? text : styled(text, style, view);
    const columns = gap.length + columnsOf(label + text);
    const last = lines.at(-1);
    if (last !== undefined && last.columns + columns <= width) {
      last.text += `${gap}${label}${shown}`;
      last.columns += columns;
    } else if (columns <= width) lines.push({ text: `${gap}${label}${shown}`, columns });
    else
      lines.push(...wrapped(label + text, gap, gap.repeat(2), width).map((line) => ({ text: line, columns: width })));
  }
  return lines.map(({ text }) => text);
}

function textOf(cell: Cell | undefined): string {
  if (cell === undefined) return "";
  if (typeof cell === "number") return String(cell);
  if (typeof cell === "string") return printableLine(cell);
  return Array.isArray(cell) ? cell.map(printableLine).join(", ") : printableLine(cell.text);
}

function styleOfCell(cell: Cell | undefined): Style | undefined {
  return typeof cell === "object" && !Array.isArray(cell) ? cell.style : undefined;
}
