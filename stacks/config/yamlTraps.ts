/**
 * What YAML makes of digits without quotes, as the engine reads them (go.yaml.in/yaml/v3, resolve.go, by Pulumi 3.259.0): with a zero
 * before them an octal number, or, where there is an 8 or a 9, a decimal one without its zero.
 *
 * @returns for a number that may once have been an account id the hint that mends it, else nothing
 */
export function accountIdHint(value: string): string {
  if (!/^[1-9][0-9]{0,10}$/.test(value)) return "";
  const octal = Number(value).toString(8);
  const ids = [
    ...(/[89]/.test(value) ? [value.padStart(12, "0")] : []),
    ...(octal.length < 12 ? [octal.padStart(12, "0")] : []),
  ];
  if (ids.length === 0) return "";
  return `, in quotes, as ${ids.map((id) => `"${id}"`).join(" or ")}: without them YAML reads a number`;
}
