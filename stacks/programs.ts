import type { Role } from "./config/index";
import type * as proof from "./proof";
import { security } from "./security";
import type * as spoke from "./spoke";
import { system } from "./system";
import type * as transit from "./transit";

/** Registers a stack's resources and has its outputs. */
type Program = (stack: string) => Promise<Record<string, unknown>>;

/* eslint-disable @typescript-eslint/no-require-imports -- what only the centralised design takes is loaded for it alone */
/** A stack's program by its role. */
export const programs: Record<Role, Program> = {
  security,
  system,
  transit: (stack) => (require("./transit") as typeof transit).transit(stack),
  spoke: (stack) => (require("./spoke") as typeof spoke).spoke(stack),
  proof: (stack) => (require("./proof") as typeof proof).proof(stack),
};
