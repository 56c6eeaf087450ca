import { ComponentProvider } from "@pulumi/pulumi/provider/experimental";
import * as fs from "node:fs";
import * as path from "node:path";
import * as manifest from "../package.json";
import * as components from "./index";

/** The package's schema as the SDK's analyzer makes it of these sources: some seconds, and a compiler. */
export async function analyze(): Promise<string> {
  const { name, version } = manifest;
  const made = await new ComponentProvider({
    name,
    version,
    dirname: __dirname,
    components: Object.values(components),
  }).getSchema();
  return `${JSON.stringify(JSON.parse(made), null, 2)}\n`;
}

/** `npm run schema`: keeps it in a file, which is what an engine is given. */
if (require.main === module) {
  void analyze().then((schema) => fs.writeFileSync(path.join(__dirname, "schema.json"), schema));
}
