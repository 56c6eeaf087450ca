/** Sizes in pixels. Nobody measures the reader's fonts here, so widths are those of wide ones (DejaVu Sans). */
export const lineHeight = 16;
export const fontSize = 12;

/** Longer lines are cut. */
const longest = 44;

/** East Asian wide characters and emoji take two columns. */
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1f000}-\u{3fffd}]/u;

export function shortened(line: string): string {
  const characters = [...line.replace(/\s+/g, " ")];
  return characters.length <= longest ? characters.join("") : `${characters.slice(0, longest - 1).join("")}…`;
}

export function textWidth(line: string, bold = false): number {
  const columns = [...line].reduce((sum, character) => sum + columnsOf(character), 0);
  return Math.ceil(columns * fontSize * (bold ? 0.72 : 0.65));
}

function columnsOf(character: string): number {
  if (wide.test(character)) return 1.7;
  return /[MWmw@%…—]/.test(character) ? 1.55 : 1;
}
