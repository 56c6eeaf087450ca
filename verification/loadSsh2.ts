import { createRequire } from "node:module";
import type * as ssh2 from "ssh2";

/** Loads it with the first key that is read or host that is dialled: whoever goes by SSM does without it, and is the sooner there. */
export function loadSsh2(): typeof ssh2 {
  return createRequire(__filename)("ssh2") as typeof ssh2;
}
