/** What AWS writes in place of a value that must not be seen. */
export const HIDDEN = 'HIDDEN_DUE_TO_SECURITY_REASONS';

/** S3's model calls the id of a key sensitive. */
export const S3_KEY_ID = 'x-amz-server-side-encryption-aws-kms-key-id';

/** What EC2 writes in its place. */
export const REMOVED = '<sensitiveDataRemoved>';

/** `hide`: the value is replaced. `drop`: the member is left out, as AWS does. */
export type Treatment = 'hide' | 'drop';

/** Longer lists are hidden as one: how long they are is of no use. */
const MOST_ELEMENTS = 100;

/** In place of a value: lists keep their length, as AWS writes them. */
export function hidden(value: unknown): unknown {
  return Array.isArray(value) && value.length <= MOST_ELEMENTS ? value.map(() => HIDDEN) : HIDDEN;
}

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
  'authcode',
  'authorizationcode',
  'authorizationtoken',
  'eventsourcetoken',
  'hectoken',
  'passwords',
  'passwordverifier',
  'secret',
  'tokenvalue',
  'refreshtoken',
  'idtoken',
  'webidentitytoken',
  'oauthtoken',
  'bearertoken',
  'secretstring',
  'secretbinary',
  'secretkey',
  'privatekey',
  'keymaterial',
  'apikeyvalue',
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
  'presignedurl',
];

const SECRET_END = new RegExp(`(?:${SECRET_ENDS.join('|')})$`);
const SECRET_KEY = new RegExp(`(?:${SECRET_ENDS.join('|')}|token|apikey|credentials?)$`);

/** Whole names, in lower case. */
const SECRET_NAMES = words('plaintext pin otp');

/** Lists and maps of environment variables, in lower case: AWS hides them where it shows the call at all. */
const ENVIRONMENTS = /(?:^environment|environmentvariables|environmentsecrets)$/;

/** Names that only look secret. */
const SHOWN: ReadonlySet<string> = new Set(['subjectfromwebidentitytoken']);

/** Members that AWS hides or leaves out though their names are harmless, by `service:member`. Sources: real records; the logging pages of SNS, SQS and Lambda. */
const BY_SERVICE: ReadonlyMap<string, Treatment> = new Map([
  ['kms:plaintext', 'drop'],
  ['kms:ciphertextBlob', 'drop'],
  ['kms:grantToken', 'drop'],
  ['kms:privateKeyCiphertextBlob', 'drop'],
  ['kms:sharedSecretCiphertextBlob', 'drop'],
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
  ['apigateway:value', 'hide'],
  ['cloudformation:parameterValue', 'drop'],
  ['cognito-idp:credential', 'hide'],
  ['dynamodb:parameters', 'hide'],
  ['eks:token', 'hide'],
  ['events:detail', 'hide'],
  ['glue:tokenUrlParametersMap', 'hide'],
  ['sns:token', 'hide'],
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
  ['lambda:variables', 'drop'],
  ['elasticbeanstalk:value', 'hide'],
  ['ses:data', 'hide'],
  ['ses:templateData', 'hide'],
  ['ses:content', 'hide'],
  ['ses:toAddresses', 'hide'],
  ['ses:ccAddresses', 'hide'],
  ['ses:bccAddresses', 'hide'],
  ['cognito-idp:userAttributes', 'hide'],
  ['cognito-idp:authParameters', 'hide'],
  ['cognito-idp:challengeResponses', 'hide'],
  ['dynamodb:item', 'hide'],
  ['dynamodb:expressionAttributeValues', 'hide'],
  ['dynamodb:attributeUpdates', 'hide'],
]);

/** How AWS treats a member of a service; else what its name suggests. Undefined: it is shown. */
export function treatmentOf(service: string, member: string): Treatment | undefined {
  return BY_SERVICE.get(`${service}:${member}`) ?? treatmentByName(member);
}

/** Whether a member that is a list or a map holds environment variables. */
export function isEnvironment(member: string): boolean {
  return ENVIRONMENTS.test(member.toLowerCase());
}

/** The same for a member of which the model says that it is a number or a structure: no name makes those a secret. */
export function treatmentByServiceOf(service: string, member: string): Treatment | undefined {
  return BY_SERVICE.get(`${service}:${member}`);
}

/**
 * Whether a key that callers chose (`DB_PASSWORD`, `--api-token`) says that its value is a secret: keys of maps, and names beside a value.
 */
export function isSecretKey(key: string): boolean {
  const name = key.toLowerCase().replace(/[^a-z0-9]/g, '');
  return !SHOWN.has(name) && SECRET_KEY.test(name);
}

function treatmentByName(member: string): Treatment | undefined {
  const name = member.toLowerCase();
  if (DROPPED.has(name)) return 'drop';
  if (SECRET_NAMES.has(name)) return 'hide';
  return !SHOWN.has(name) && SECRET_END.test(name) ? 'hide' : undefined;
}
