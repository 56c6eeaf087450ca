import * as pulumi from "@pulumi/pulumi";

/** What must be given together, as it is known to be given. */
type Given<Args, Key extends keyof Args> = Args & { [Each in Key]-?: NonNullable<Args[Each]> };

/**
 * A component is made in one of two ways, and each takes other arguments. A schema cannot tell that, so this does.
 *
 * @param without - the argument that stands for the other way
 * @throws InputPropertiesError that names each argument that is missing
 */
export function allGiven<Args extends object, Key extends keyof Args & string>(
  args: Args,
  keys: readonly Key[],
  without: string,
): Given<Args, Key> {
  const missing = keys.filter((key) => args[key] === undefined);
  if (missing.length > 0) {
    throw problems(missing.map((key) => [key, `is missing, expected it or, for what is already there, ${without}`]));
  }
  const complete: unknown = args;
  return complete as Given<Args, Key>;
}

/** @throws InputPropertiesError that names each argument that has no meaning beside `beside` */
export function noneGiven<Args extends object>(
  args: Args,
  keys: readonly (keyof Args & string)[],
  beside: string,
): void {
  const given = keys.filter((key) => args[key] !== undefined);
  if (given.length > 0) throw problems(given.map((key) => [key, `means nothing together with ${beside}`]));
}

/** @throws InputPropertiesError unless the value is absent or one of the choices */
export function oneOf<Choice extends string>(
  key: string,
  value: string | undefined,
  choices: Record<string, Choice>,
): Choice | undefined {
  const known = Object.values(choices);
  const chosen = known.find((each) => each === value);
  if (value !== undefined && chosen === undefined)
    throw problems([[key, `is "${value}", expected ${known.map((each) => `"${each}"`).join(" or ")}`]]);
  return chosen;
}

/** Arguments that cannot be used: the engine tells them with their names, in whatever language the program is. */
export function problems(each: [propertyPath: string, reason: string][]): pulumi.InputPropertiesError {
  return new pulumi.InputPropertiesError({
    message: "Arguments that cannot be used",
    errors: each.map(([propertyPath, reason]) => ({ propertyPath, reason })),
  });
}
