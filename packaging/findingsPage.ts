import * as fs from "node:fs";
import * as path from "node:path";
import { explanation, findingCodes } from "../path/proof/index";

/** Writes the codes into docs/findings.md, below what is written there by hand. */
const page = path.join(__dirname, "../docs/findings.md");
const text = fs.readFileSync(page, "utf8");
const byHand = text.slice(0, text.indexOf("\n## "));
fs.writeFileSync(page, `${byHand}\n${findingCodes().map(explanation).join("\n\n")}\n`);
