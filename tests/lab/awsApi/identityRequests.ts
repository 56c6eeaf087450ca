import { iam, leftOver, tagList, type Translation } from "./translation";

export const role: Translation = ({ name, assumeRolePolicy, description, tags, ...rest }) => {
  leftOver("Role", rest);
  const document = { AssumeRolePolicyDocument: assumeRolePolicy, Description: description };
  return [iam("CreateRole", { RoleName: name, ...document, Tags: tagList(tags) })];
};

export const rolePolicyAttachment: Translation = ({ role: RoleName, policyArn, ...rest }) => {
  leftOver("RolePolicyAttachment", rest);
  return [iam("AttachRolePolicy", { RoleName, PolicyArn: policyArn })];
};

export const instanceProfile: Translation = ({ name, role: RoleName, tags, ...rest }) => {
  leftOver("InstanceProfile", rest);
  return [
    iam("CreateInstanceProfile", { InstanceProfileName: name, Tags: tagList(tags) }),
    iam("AddRoleToInstanceProfile", { InstanceProfileName: name, RoleName }),
  ];
};
