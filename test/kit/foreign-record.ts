/** A record of our own making, with a fresh id: what an account elsewhere did at a time. */
export function foreignRecord(account: string, name: string, at: number) {
  return {
    eventVersion: '1.11',
    userIdentity: { type: 'Root', principalId: account, accountId: account },
    eventTime: new Date(at).toISOString().replace(/\.\d+Z/, 'Z'),
    eventSource: 'sts.amazonaws.com',
    eventName: name,
    awsRegion: 'eu-west-1',
    sourceIPAddress: '198.51.100.7',
    userAgent: 'test',
    requestParameters: null,
    responseElements: null,
    eventID: crypto.randomUUID(),
    readOnly: true,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: account,
    eventCategory: 'Management',
  };
}
