/** What AWS writes in place of a value that must not be seen. */
export const HIDDEN = 'HIDDEN_DUE_TO_SECURITY_REASONS';

/** What EC2 writes in its place. */
export const REMOVED = '<sensitiveDataRemoved>';

/** `hide`: the value is replaced. `drop`: the member is left out, as AWS does. */
export type Treatment = 'hide' | 'drop';

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

/** Never recorded, whatever the service: in lower case. */
const DROPPED = words('secretaccesskey zipfile');

/** Names that hold secrets where the models forget to say so, in lower case; ends of names, so that `masterUserPassword` is one. */
const SECRET_ENDS = [
  'password',
  'passwd',
  'passphrase',
  'sessiontoken',
  'securitytoken',
  'authtoken',
  'accesstoken',
  'refreshtoken',
  'idtoken',
  'webidentitytoken',
  'oauthtoken',
  'bearertoken',
  'secretstring',
  'secretbinary',
  'secretkey',
  'clientsecret',
  'sharedsecret',
  'privatekey',
  'keymaterial',
  'apikeyvalue',
  'credentials.secret',
  'samlassertion',
  'userdata',
  'connectionstring',
  'authenticationcode1',
  'authenticationcode2',
  'base32stringseed',
  'qrcodepng',
  'tokencode',
  'presharedkey',
  'customerkey',
];

/** Whole names, in lower case. */
const SECRET_NAMES = words('secret plaintext pin otp password');

/** Members that AWS hides or leaves out though their names are harmless, by `service:member`. Sources: real records; the logging pages of SNS, SQS and Lambda. */
const BY_SERVICE: ReadonlyMap<string, Treatment> = new Map([
  ['kms:plaintext', 'drop'],
  ['kms:ciphertextBlob', 'drop'],
  ['kms:message', 'drop'],
  ['kms:mac', 'drop'],
  ['kms:signature', 'drop'],
  ['kms:privateKeyPlaintext', 'drop'],
  ['kms:encryptedKeyMaterial', 'drop'],
  ['kms:importToken', 'drop'],
  ['iam:password', 'drop'],
  ['iam:newPassword', 'drop'],
  ['iam:oldPassword', 'drop'],
  ['secretsmanager:secretString', 'drop'],
  ['secretsmanager:secretBinary', 'drop'],
  ['sts:webIdentityToken', 'drop'],
  ['sts:sAMLAssertion', 'drop'],
  ['ssm:parameters', 'hide'],
  ['ssm:value', 'hide'],
  ['sns:message', 'hide'],
  ['sns:subject', 'hide'],
  ['sns:messageAttributes', 'hide'],
  ['sqs:messageBody', 'hide'],
  ['sqs:messageAttributes', 'hide'],
  ['kinesis:data', 'hide'],
  ['firehose:data', 'hide'],
  ['logs:logEvents', 'hide'],
  ['lambda:payload', 'drop'],
  ['lambda:variables', 'hide'],
  ['ecs:environment', 'hide'],
  ['batch:environment', 'hide'],
  ['ses:rawMessage', 'hide'],
  ['ses:message', 'hide'],
  ['ses:content', 'hide'],
  ['cognito-idp:userAttributes', 'hide'],
  ['cognito-idp:authParameters', 'hide'],
  ['cognito-idp:challengeResponses', 'hide'],
  ['dynamodb:item', 'hide'],
  ['dynamodb:expressionAttributeValues', 'hide'],
  ['dynamodb:attributeUpdates', 'hide'],
]);

/** How a member is treated for its name alone; undefined: as it is. Asked once per member of a schema, not per call. */
export function treatmentOf(service: string, member: string): Treatment | undefined {
  const known = BY_SERVICE.get(`${service}:${member}`);
  if (known !== undefined) return known;
  const name = member.toLowerCase();
  if (DROPPED.has(name)) return 'drop';
  if (SECRET_NAMES.has(name)) return 'hide';
  return SECRET_ENDS.some((end) => name.endsWith(end)) ? 'hide' : undefined;
}
