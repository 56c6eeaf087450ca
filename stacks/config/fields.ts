import { z } from "zod";
import { checkHostAddresses, checkSize, parseAddress, parseCidr } from "../../path/net/cidr";
import { problemOf } from "./configError";

/** Kinds of values that several keys have; an error says what was expected. */

export const text = z.string({
  error: ({ input }) => `expected a text${["number", "boolean"].includes(typeof input) ? ", in quotes" : ""}`,
});
export const flag = z.boolean({
  error: ({ input }) => `expected true or false${input === "true" || input === "false" ? ", without quotes" : ""}`,
});
/** Makes a check that throws one of zod's. */
export const checked = (check: (value: string) => unknown) =>
  text.superRefine((value, context) => {
    const problem = problemOf(() => check(value));
    if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
  });
export const subnet = checked((value) => {
  const block = parseCidr(value);
  checkSize(block);
  checkHostAddresses(block);
});
export function checkHostAddress(value: string): void {
  const address = parseAddress(value);
  checkHostAddresses({ text: value, first: address, last: address, prefixLength: 32 }, "address");
}
export const number = (least: number, most: number) =>
  z
    .number({
      error: ({ input }) =>
        `expected a number, ${least} to ${most}${typeof input === "string" && Number(input) ? ", without quotes" : ""}`,
    })
    .min(least, `expected ${least} to ${most}`)
    .max(most, `expected ${least} to ${most}`);
export const whole = (least: number, most: number) =>
  number(least, most).int(`expected a whole number, ${least} to ${most}`);
export const oneOf = <const T extends string>(values: readonly T[]) =>
  z.enum(values, `expected one of ${values.join(", ")}`);
