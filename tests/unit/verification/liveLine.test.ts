import { expect } from "chai";
import { endLive, say, sayLive } from "../../../verification/terminal";

/** What is written to standard error while `work` runs, as if it were a terminal or not. */
function written(isTTY: boolean, work: () => void): string {
  const { stderr } = process;
  const kept = { isTTY: stderr.isTTY, columns: stderr.columns, write: stderr.write.bind(stderr) };
  let text = "";
  Object.assign(stderr, { isTTY, columns: 30, write: (chunk: string) => ((text += chunk), true) });
  try {
    work();
  } finally {
    Object.assign(stderr, kept);
  }
  return text;
}

describe("what goes on at the moment", () => {
  const steps = (): void => {
    sayLive("system: first");
    sayLive(`system: \u001b[2J${"x".repeat(100)}`);
    say("error: no");
    endLive();
  };

  it("is one line on a terminal, which is gone before anything else is said", () => {
    const clear = "\r\u001b[K";
    expect(written(true, steps)).to.equal(
      `${clear}system: first${clear}system: \\u{1b}[2J${"x".repeat(12)}${clear}error: no\n`,
    );
  });

  it("is said in lines of the terminal, which break no word that fits", () => {
    const long = (): void =>
      say("error: one of security-target, system-source\n  short\n  a longer line that is indented, and goes on");
    expect(written(true, long)).to.equal(
      "error: one of security-target,\n  system-source\n  short\n  a longer line that is indented, and\n    goes on\n",
    );
    expect(written(false, long)).to.equal(
      "error: one of security-target, system-source\n  short\n  a longer line that is indented, and goes on\n",
    );
  });

  it("is a line for each step elsewhere", () => {
    expect(written(false, steps)).to.equal(`system: first\nsystem: \\u{1b}[2J${"x".repeat(100)}\nerror: no\n`);
  });
});
