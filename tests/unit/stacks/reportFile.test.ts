import { expect } from "chai";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { ConfigError } from "../../../stacks/config/index";
import { reportFileOf } from "../../../stacks/reportFile";

describe("the place of a stack's report", () => {
  const earlier = process.cwd();
  let folder: string;

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "report-file-test-"));
    process.chdir(folder);
    // Whatever the file system says to root, a folder is no file.
    fs.mkdirSync("path-report-system.json");
  });
  afterEach(async () => {
    process.chdir(earlier);
    fs.rmSync(folder, { recursive: true });
    await mocked(false);
  });

  const mocked = (preview: boolean): Promise<void> =>
    pulumi.runtime.setMocks(
      {
        newResource: ({ inputs, name }) => ({ id: name, state: inputs as object }),
        call: ({ inputs }) => inputs as object,
      },
      "gwlb-inspection",
      "system",
      preview,
    );
  const place = (reportFile: string): string =>
    reportFileOf("system", { verification: { reportFile } } as Parameters<typeof reportFileOf>[1]);

  it("is refused where no report can be written, before anything is made", async () => {
    await mocked(false);
    expect(() => place("")).to.throw(ConfigError, 'verification.reportFile: "path-report-system.json": it is a folder');
    expect(place("other.json")).to.equal("other.json");
  });

  it("is not needed by a preview, but where it was asked for", async () => {
    await mocked(true);
    expect(place("")).to.equal("path-report-system.json");
    expect(() => place("path-report-system.json")).to.throw(ConfigError, "it is a folder");
  });
});
