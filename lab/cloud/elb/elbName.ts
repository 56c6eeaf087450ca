/** The provider's schema for names of load balancers and target groups. */
export function elbName(value: unknown): string | undefined {
  const name = String(value);
  if (name.length > 32) return `"${name}" cannot be longer than 32 characters`;
  if (!/^[0-9A-Za-z-]+$/.test(name)) return `only alphanumeric characters and hyphens allowed in "${name}"`;
  return name.startsWith("-") || name.endsWith("-") ? `"${name}" cannot begin or end with a hyphen` : undefined;
}
