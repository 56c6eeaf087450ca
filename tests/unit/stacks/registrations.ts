import type { Properties } from "../../../lab/cloud/core/properties";
import type { CloudMocks } from "../../../lab/mocks";
import { keys } from "../components/run";

/** How many resources of each type were registered, components aside. */
export function countsOf(mocks: CloudMocks): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { type, custom } of mocks.registrations) if (custom) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}

export function namesOf(mocks: CloudMocks, type: string): string[] {
  return mocks.registrations.filter((each) => each.type === type).map(({ name }) => name);
}

/** `TYPE NAME` of all registrations. */
export function registeredNames(mocks: CloudMocks): string[] {
  return mocks.registrations.map(({ type, name }) => `${type} ${name}`);
}

/** The object less one of its keys. */
export function without(key: string, object: Properties): Properties {
  return Object.fromEntries(Object.entries(object).filter(([each]) => each !== key));
}

/** Lines of the private keys that are long enough to be no accident. */
const keyLines = Object.values(keys).flatMap((key) =>
  key
    .split(/\r?\n/)
    .slice(1, -2)
    .filter((line) => line.length > 20),
);

/** Where a part of a private key stands that is not secret: `TYPE NAME INPUT`, or the output's name. */
export function keysInClear(
  mocks: CloudMocks,
  outputs: Properties,
  including: (secretInput: string) => boolean = () => false,
): string[] {
  const places = [
    ...mocks.registrations.flatMap(({ type, name, inputs, secrets }) =>
      Object.entries(inputs)
        .filter(([input]) => !secrets.includes(input) || including(input))
        .map(([input, value]) => ({ where: `${type} ${name} ${input}`, value })),
    ),
    ...mocks.calls.map(({ token, args }) => ({ where: token, value: args })),
    ...Object.entries(outputs).map(([where, value]) => ({ where, value })),
  ];
  return places
    .filter(({ value }) => keyLines.some((line) => (JSON.stringify(value) ?? "").includes(line)))
    .map(({ where }) => where);
}
