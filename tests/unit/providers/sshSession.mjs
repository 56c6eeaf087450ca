// Stands where sshd's process for one connection stands: the parent of everything that runs on that connection.
import { Buffer } from "node:buffer";
import { spawn } from "node:child_process";
import process from "node:process";

const children = new Map();

process.on("message", (message) => {
  const { id } = message;
  if (message.kind === "exec") {
    const child = spawn("/bin/sh", ["-c", message.command], {
      env: { ...process.env, ...message.env },
      detached: true,
      stdio: "pipe",
    });
    children.set(id, child);
    for (const stream of ["stdout", "stderr"]) {
      child[stream].on("data", (data) => process.send({ id, kind: stream, data: data.toString("base64") }));
    }
    child.stdin.on("error", () => undefined);
    child.on("close", (code, signal) => process.send({ id, kind: "exit", code, signal }));
  } else if (message.kind === "stdin") children.get(id)?.stdin.write(Buffer.from(message.data, "base64"));
  else if (message.kind === "eof") children.get(id)?.stdin.end();
  else if (message.kind === "signal") {
    try {
      process.kill(-children.get(id).pid, message.signal);
    } catch {
      // Already gone.
    }
  }
});
process.on("disconnect", () => process.exit(0));
