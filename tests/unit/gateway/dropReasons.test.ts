import * as fs from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import { dropReasons } from "../../../lab/gateway/dropReasons";

describe("gateway: drop reasons", () => {
  it("are all in the documentation's table, and no others", () => {
    const text = fs.readFileSync(path.resolve(__dirname, "../../../docs/lab.md"), "utf8");
    const section = /^## What the gateway drops$(.*?)(?=^## )/ms.exec(text)?.[1] ?? "";
    const rows = [...section.matchAll(/^\| `(.+?)` +\| (.+?) +\|$/gm)].map(([, reason, meaning]) => [reason, meaning]);
    expect(rows).to.deep.equal(Object.entries(dropReasons));
  });
});
