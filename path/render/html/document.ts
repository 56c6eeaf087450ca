import { createHash } from "node:crypto";
import { escaped } from "./escape";

/** What a page is made of; `style` is CSS, `body` HTML. */
export interface DocumentContent {
  title: string;
  style: string;
  body: string;
}

/** A page that needs nothing but itself: no script, no font, no picture from elsewhere; its policy forbids them, too. */
export function renderDocument({ title, style, body }: DocumentContent): string {
  const hash = createHash("sha256").update(style).digest("base64");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
${body}
</body>
</html>
`;
}
