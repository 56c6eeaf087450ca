import * as fs from "node:fs";
import * as path from "node:path";
import { jsonSchemas } from "../cli/schema";

/** Writes the JSON Schemas of all that the program writes: `npm run schemas`. */
const folder = path.join(__dirname, "../schemas");
fs.mkdirSync(folder, { recursive: true });
for (const [file, schema] of Object.entries(jsonSchemas())) {
  fs.writeFileSync(path.join(folder, file), `${JSON.stringify(schema, null, 2)}\n`);
}
