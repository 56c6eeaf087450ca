import { expect } from "chai";
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { installByNpm, installScript } from "../../lab/engine/npmPackage";
import { run } from "../../lab/engine/run";
import { engineVersion } from "../../lab/engine/version";
import { installing } from "../fixtures/installScript";

/** The vendor's own package, from the registry; only its install script is ours, since get.pulumi.com is out of reach of tests. */
describe("the npm package pulumi of the engine's version", function () {
  this.timeout(60_000);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "engine-by-npm-"));
  const nodeOptions = process.env["NODE_OPTIONS"];
  const server = http.createServer((_request, response) => response.end(installing));

  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  after(() => {
    if (nodeOptions === undefined) delete process.env["NODE_OPTIONS"];
    else process.env["NODE_OPTIONS"] = nodeOptions;
    server.close();
    fs.rmSync(folder, { recursive: true });
  });

  it("brings the command line and the Node language host", async () => {
    const source = `http://127.0.0.1:${(server.address() as AddressInfo).port}/install.sh`;
    const redirect = path.join(folder, "redirect.cjs");
    fs.writeFileSync(
      redirect,
      `const real = globalThis.fetch;
       globalThis.fetch = (url, ...rest) => real(url === "${installScript}" ? "${source}" : url, ...rest);`,
    );
    process.env["NODE_OPTIONS"] = `--require ${redirect}`;
    const bin = path.join(folder, "bin");
    fs.mkdirSync(bin);
    await installByNpm(bin, { source });
    expect(fs.readdirSync(bin).sort()).to.deep.equal(["pulumi", "pulumi-language-nodejs"]);
    expect((await run(path.join(bin, "pulumi"), ["version"])).stdout).to.equal(`v${engineVersion}\n`);
    expect(fs.readdirSync(folder).sort()).to.deep.equal(["bin", "redirect.cjs"]);
  });
});
