import { expect } from "chai";
import * as path from "node:path";
import { withLock } from "../../../lab/engine/lock";
import type { PackageUser } from "../packageUser";
import { wipeLock } from "../wipeLock";
import { filledIn, places } from "./commands";

/** Runs in an installed project what the documents tell to run: on a lab, and by plain Pulumi with a state of its own. */
export function runDocumentedCommands(user: PackageUser): void {
  const lab = `documents-${process.pid}`;

  after(() => user.bin("lab", "down", "--name", lab));

  for (const [command, place] of Object.entries(places)) {
    if (place.where !== "lab" && place.where !== "project" && place.where !== "package") continue;
    it(command, async function () {
      this.timeout(300_000);
      const words = filledIn(command, place.with);
      const script =
        place.where === "lab"
          ? words.replace(/(gwlb-inspection lab (?!wipe)[a-z]+)/, `$1 --name ${lab}`)
          : [
              "mkdir -p own-state",
              `export PULUMI_BACKEND_URL=file://${path.join(user.project, "own-state")}`,
              place.first ?? "",
              words,
            ].join("\n");
      const run = () =>
        place.where === "lab"
          ? user.run("sh", ["-ec", script])
          : user.bin("lab", "shell", "--name", lab, "--", "sh", "-ec", `cd ${user.project}\n${script}`);
      const { exitCode, stdout, stderr } = words.includes("lab wipe") ? await withLock(wipeLock, {}, run) : await run();
      expect(exitCode, `${script}\n${stdout}${stderr}`).to.equal(0);
      expect(stdout + stderr).to.match(place.prints);
    });
  }
}
