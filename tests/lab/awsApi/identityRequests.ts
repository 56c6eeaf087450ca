import { iam, leftOver, tagList, type Translation } from "./translation";

export const role: Translation = ({
  name,
  path,
  assumeRolePolicy,
  description,
  permissionsBoundary,
  tags,
  ...rest
}) => {
  leftOver("Role", rest);
  const document = { AssumeRolePolicyDocument: assumeRolePolicy, Description: description };
  const bounds = permissionsBoundary === undefined ? {} : { PermissionsBoundary: permissionsBoundary };
  return [iam("CreateRole", { RoleName: name, Path: path, ...document, ...bounds, Tags: tagList(tags) })];
};

export const rolePolicyAttachment: Translation = ({ role: RoleName, policyArn, ...rest }) => {
  leftOver("RolePolicyAttachment", rest);
  return [iam("AttachRolePolicy", { RoleName, PolicyArn: policyArn })];
};

export const instanceProfile: Translation = ({ name, path, role: RoleName, tags, ...rest }) => {
  leftOver("InstanceProfile", rest);
  return [
    iam("CreateInstanceProfile", { InstanceProfileName: name, Path: path, Tags: tagList(tags) }),
    iam("AddRoleToInstanceProfile", { InstanceProfileName: name, RoleName }),
  ];
};
