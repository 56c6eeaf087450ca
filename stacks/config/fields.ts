import { z } from "zod";
import { checkHostAddresses, checkSize, parseAddress, parseCidr } from "../../path/net/cidr";
import { problemOf } from "./configError";

/** Kinds of values that several keys have; an error says what was expected. */

/** A text of which something is expected, which is said where it is missing. */
export const textAs = (expected: string) =>
  z.string({
    error: ({ input }) =>
      input === undefined
        ? expected
        : `expected a text${["number", "boolean"].includes(typeof input) ? ", in quotes" : ""}`,
  });
export const text = textAs("expected a text");
/** A text of a form. */
export const form = (pattern: RegExp, expected: string) => textAs(expected).regex(pattern, expected);
export const flag = z.boolean({
  error: ({ input }) => `expected true or false${input === "true" || input === "false" ? ", without quotes" : ""}`,
});
/** Makes a check that throws one of zod's. @param expected said where the value is missing */
export const checked = (expected: string, check: (value: string) => unknown) =>
  textAs(expected).superRefine((value, context) => {
    const problem = problemOf(() => check(value));
    if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
  });
export const subnet = checked("expected a CIDR as 10.0.0.0/24", (value) => {
  const block = parseCidr(value);
  checkSize(block);
  checkHostAddresses(block);
});
export const addressForm = "expected an address as 10.0.0.1";
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
