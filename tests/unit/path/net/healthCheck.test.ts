import { expect } from "chai";
import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { defaultHealthCheck } from "../../../../path/net/healthCheck";

const root = path.resolve(__dirname, "../../../..");
const read = (file: string): string => fs.readFileSync(path.join(root, file), "utf8");

/** What is no TypeScript has to say it once more. */
describe("the health check's defaults", () => {
  const { interval, timeout, healthyThreshold, unhealthyThreshold, port } = defaultHealthCheck;
  const pace = { interval, timeout, healthyThreshold, unhealthyThreshold };

  it("are those of the project file, and of the shipped settings", () => {
    const project = parse(read("Pulumi.yaml")) as { config: Record<string, { default: unknown; description: string }> };
    expect(project.config["healthCheck"]?.default).to.deep.equal(pace);
    expect(project.config["healthCheck"]?.description).to.include(`port (${port} when not given)`);
    const shipped = parse(read("Pulumi.security.yaml")) as { config: Record<string, unknown> };
    expect(shipped.config["gwlb-inspection:healthCheck"]).to.deep.equal(pace);
  });

  it("are those of the script that sets a target up, which is told no port where it is the default", () => {
    expect(read("hosts/hairpin.sh")).to.include(` health_port=${port} `);
  });
});
