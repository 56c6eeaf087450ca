import { z } from "zod";
import { tagPrefix } from "../../path/net/ownership";
import { text } from "./fields";

/** 50 (EC2 User Guide, "Tag restrictions") without `Name` and the program's own. */
const most = 48;
/** What every service takes (IAM User Guide, "Rules for tagging in IAM and AWS STS"), whose keys differ in more than case, too. */
const characters = /^[\p{L}\p{Z}\p{N}_.:/=+@-]*$/u;

/** What is wrong with a tag, or nothing. */
function problemOfTag(key: string, value: string): string | undefined {
  if (key.length > 128 || key.trim() !== key || key === "" || !characters.test(key))
    return "expected a key of 1 to 128 letters, digits, spaces or _.:/=+@-";
  if (/^aws:/i.test(key)) return "expected another key: what begins with aws: is AWS's";
  if (key.toLowerCase().startsWith(tagPrefix))
    return `expected another key: what begins with ${tagPrefix} is the program's`;
  if (key.toLowerCase() === "name") return "expected another key: each resource has a Name of its own";
  return value.length <= 256 && characters.test(value)
    ? undefined
    : "expected a value of up to 256 letters, digits, spaces or _.:/=+@-";
}

/** Tags by key, as all services take them that something is made in. */
export const tagsSchema = z.record(z.string(), text, "expected { KEY: VALUE }").superRefine((tags, context) => {
  const keys = Object.keys(tags);
  if (keys.length > most) context.addIssue({ code: "custom", message: `expected at most ${most} tags` });
  for (const [key, value] of Object.entries(tags)) {
    const problem = problemOfTag(key, value);
    if (problem !== undefined) context.addIssue({ code: "custom", path: [key], message: problem });
    const same = keys.find((other) => other.toLowerCase() === key.toLowerCase());
    if (same !== key)
      context.addIssue({ code: "custom", path: [key], message: `is ${String(same)} in other letters: IAM takes one` });
  }
});
