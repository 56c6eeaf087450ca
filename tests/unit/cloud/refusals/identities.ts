import { system, tokens } from "../topology";
import { changing, creating, deleting, type Refusal } from "./refusal";

export const identities: Refusal[] = [
  {
    rule: "a second role of the same name",
    code: "EntityAlreadyExists",
    text: /Role with name .* already exists/,
    attempt: creating(system, tokens.role, ({ role }) => ({ name: role.id, assumeRolePolicy: "{}" })),
  },
  {
    rule: "a second instance profile of the same name",
    code: "EntityAlreadyExists",
    text: /Instance Profile .* already exists/,
    attempt: creating(system, tokens.profile, ({ profile }) => ({ name: profile.id })),
  },
  {
    rule: "a policy for a role that there is not",
    code: "NoSuchEntity",
    text: "The role with name nobody cannot be found.",
    attempt: creating(system, tokens.rolePolicy, () => ({
      role: "nobody",
      policyArn: "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
    })),
  },
  {
    rule: "a policy by its name alone",
    code: "InvalidInput",
    text: "ARN AmazonSSMManagedInstanceCore is not valid.",
    attempt: creating(system, tokens.rolePolicy, ({ role }) => ({
      role: role.id,
      policyArn: "AmazonSSMManagedInstanceCore",
    })),
  },
  {
    rule: "a role that there is not for an instance profile",
    code: "NoSuchEntity",
    text: "The role with name nobody cannot be found.",
    attempt: changing(
      ({ profile }) => profile,
      () => ({ role: "nobody" }),
    ),
  },
  {
    rule: "to delete a role that is in use",
    code: "DeleteConflict",
    text: "Cannot delete entity",
    attempt: deleting(({ role }) => role),
  },
];
