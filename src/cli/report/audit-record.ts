/** What a report reads of a record. */
export type AuditRecord = {
  readonly eventTime: string;
  readonly eventID: string;
  readonly eventSource: string;
  readonly eventName: string;
  readonly awsRegion: string;
  readonly sourceIPAddress: string;
  readonly userAgent: string;
  readonly errorCode: string;
  readonly readOnly: boolean;
  readonly account: string;
  /** ARN, or what else there is to name who called. */
  readonly identity: string;
  readonly identityType: string;
  readonly accessKeyId: string;
  readonly resources: readonly string[];
  /** Of sign-ins to the console: Success or Failure. */
  readonly outcome: string;
  readonly mfaUsed: string;
};

type Json = Readonly<Record<string, unknown>>;

/** Records are what clients and services made them: nothing in them is taken for granted. */
export function readAuditRecord(json: string): AuditRecord {
  const record = objectOf(JSON.parse(json) as unknown);
  const user = objectOf(record['userIdentity']);
  const text = (of: Json, name: string): string => (typeof of[name] === 'string' ? of[name] : '');
  const resources = Array.isArray(record['resources']) ? record['resources'] : [];
  return {
    eventTime: text(record, 'eventTime'),
    eventID: text(record, 'eventID'),
    eventSource: text(record, 'eventSource'),
    eventName: text(record, 'eventName'),
    awsRegion: text(record, 'awsRegion'),
    sourceIPAddress: text(record, 'sourceIPAddress'),
    userAgent: text(record, 'userAgent'),
    errorCode: text(record, 'errorCode'),
    readOnly: record['readOnly'] === true || record['readOnly'] === 'true',
    account: text(record, 'recipientAccountId') || text(user, 'accountId'),
    identity:
      text(user, 'arn') ||
      text(user, 'invokedBy') ||
      text(user, 'userName') ||
      text(user, 'principalId') ||
      text(user, 'type') ||
      'unknown',
    identityType: text(user, 'type'),
    accessKeyId: text(user, 'accessKeyId'),
    resources: resources.map((one) => text(objectOf(one), 'ARN')).filter((arn) => arn !== ''),
    outcome: text(objectOf(record['responseElements']), 'ConsoleLogin'),
    mfaUsed: text(objectOf(record['additionalEventData']), 'MFAUsed'),
  };
}

function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

export function isDenied({ errorCode }: Pick<AuditRecord, 'errorCode'>): boolean {
  return /^AccessDenied|UnauthorizedOperation$|^Forbidden$/.test(errorCode);
}
