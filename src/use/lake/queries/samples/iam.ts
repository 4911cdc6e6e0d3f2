import type { SampleQuery } from './sample.ts';

/** Users, roles, keys and what they may. */
export const iamSamples: readonly SampleQuery[] = [
  {
    name: 'Changes to IAM',
    description: 'Every change to users, groups, roles and policies in the last 30 days.',
    words: 'iam permissions identity access management policy modification',
    sql: `SELECT eventtime, useridentity.arn AS identity, eventname, coalesce(element_at(requestparameters, 'userName'), element_at(requestparameters, 'roleName'), element_at(requestparameters, 'groupName'), element_at(requestparameters, 'policyArn')) AS changed, errorcode
FROM $EDS_ID
WHERE eventtime > date_add('day', -30, now()) AND eventsource = 'iam.amazonaws.com' AND readonly = false
ORDER BY eventtime DESC`,
  },
  {
    name: 'Administrator rights given',
    description:
      'Policies of administrators that were attached to users, groups or roles in the last 30 days.',
    words: 'privilege escalation administratoraccess attach policy admin',
    sql: `SELECT eventtime, useridentity.arn AS identity, eventname, coalesce(element_at(requestparameters, 'userName'), element_at(requestparameters, 'roleName'), element_at(requestparameters, 'groupName')) AS given_to, element_at(requestparameters, 'policyArn') AS policy
FROM $EDS_ID
WHERE eventtime > date_add('day', -30, now()) AND errorcode IS NULL
  AND eventname IN ('AttachUserPolicy', 'AttachRolePolicy', 'AttachGroupPolicy')
  AND (element_at(requestparameters, 'policyArn') LIKE '%AdministratorAccess' OR element_at(requestparameters, 'policyArn') LIKE '%IAMFullAccess')
ORDER BY eventtime DESC`,
  },
  {
    name: 'Access keys made',
    description: 'Access keys that were created in the last 30 days, for whom and by whom.',
    words: 'createaccesskey credentials new key persistence',
    sql: `SELECT eventtime, useridentity.arn AS made_by, coalesce(element_at(requestparameters, 'userName'), useridentity.username) AS made_for, json_extract_scalar(element_at(responseelements, 'accessKey'), '$.accessKeyId') AS access_key
FROM $EDS_ID
WHERE eventtime > date_add('day', -30, now()) AND eventname = 'CreateAccessKey' AND errorcode IS NULL
ORDER BY eventtime DESC`,
  },
  {
    name: 'Users made and deleted',
    description: 'Users that were created or deleted in the last 30 days.',
    words: 'createuser deleteuser accounts people',
    sql: `SELECT eventtime, useridentity.arn AS identity, eventname, element_at(requestparameters, 'userName') AS user_name, errorcode
FROM $EDS_ID
WHERE eventtime > date_add('day', -30, now()) AND eventname IN ('CreateUser', 'DeleteUser')
ORDER BY eventtime DESC`,
  },
  {
    name: 'Roles that were assumed',
    description: 'Which roles were assumed in the last seven days, by whom and how often.',
    words: 'assumerole sts role session trust',
    sql: `SELECT element_at(requestparameters, 'roleArn') AS role, coalesce(useridentity.arn, useridentity.invokedby, useridentity.principalid) AS assumed_by, count(*) AS times, max(eventtime) AS latest
FROM $EDS_ID
WHERE eventtime > date_add('day', -7, now()) AND eventname LIKE 'AssumeRole%' AND errorcode IS NULL
GROUP BY element_at(requestparameters, 'roleArn'), coalesce(useridentity.arn, useridentity.invokedby, useridentity.principalid)
ORDER BY times DESC`,
  },
  {
    name: 'Roles assumed from other accounts',
    description: 'Roles that identities of other accounts assumed in the last 30 days.',
    words: 'cross account assumerole third party external',
    sql: `SELECT element_at(requestparameters, 'roleArn') AS role, useridentity.accountid AS from_account, useridentity.arn AS assumed_by, count(*) AS times, max(eventtime) AS latest
FROM $EDS_ID
WHERE eventtime > date_add('day', -30, now()) AND eventname = 'AssumeRole' AND useridentity.accountid <> recipientaccountid
GROUP BY element_at(requestparameters, 'roleArn'), useridentity.accountid, useridentity.arn
ORDER BY times DESC`,
  },
  {
    name: 'Roles that assumed themselves',
    description: 'Sessions of a role that assumed the same role again in the last 30 days.',
    words: 'self assume role chaining session extension',
    sql: `SELECT eventtime, useridentity.sessioncontext.sessionissuer.arn AS role, useridentity.arn AS session, sourceipaddress
FROM $EDS_ID
WHERE eventtime > date_add('day', -30, now()) AND eventname = 'AssumeRole'
  AND useridentity.sessioncontext.sessionissuer.arn = element_at(requestparameters, 'roleArn')
ORDER BY eventtime DESC`,
  },
  {
    name: 'Trust policies changed',
    description: 'Changes of who may assume a role, in the last 30 days.',
    words: 'updateassumerolepolicy trust relationship role backdoor',
    sql: `SELECT eventtime, useridentity.arn AS identity, element_at(requestparameters, 'roleName') AS role, element_at(requestparameters, 'policyDocument') AS policy
FROM $EDS_ID
WHERE eventtime > date_add('day', -30, now()) AND eventname = 'UpdateAssumeRolePolicy' AND errorcode IS NULL
ORDER BY eventtime DESC`,
  },
  {
    name: 'MFA devices removed',
    description: 'Second factors that were deactivated or deleted in the last 30 days.',
    words: 'mfa multi-factor deactivate virtual device',
    sql: `SELECT eventtime, useridentity.arn AS identity, eventname, coalesce(element_at(requestparameters, 'userName'), element_at(requestparameters, 'serialNumber')) AS changed
FROM $EDS_ID
WHERE eventtime > date_add('day', -30, now()) AND eventname IN ('DeactivateMFADevice', 'DeleteVirtualMFADevice')
ORDER BY eventtime DESC`,
  },
  {
    name: 'Long-lived access keys in use',
    description: 'Access keys of users that called in the last 30 days, with their first and last call.',
    words: 'iam user keys akia static credentials inventory rotation',
    sql: `SELECT useridentity.accesskeyid AS access_key, useridentity.arn AS identity, count(*) AS calls, min(eventtime) AS first_seen, max(eventtime) AS last_seen
FROM $EDS_ID
WHERE eventtime > date_add('day', -30, now()) AND useridentity.accesskeyid LIKE 'AKIA%'
GROUP BY useridentity.accesskeyid, useridentity.arn
ORDER BY calls DESC`,
  },
];
