import type { KnownPackage } from './operation-model.ts';
import type { StaticError, StaticOperation } from './schema-text.ts';

const NAMESPACE = 'com.amazonaws.cloudtraildata';

const AUDIT_EVENT = [3, NAMESPACE, 'AuditEvent', 0, ['id', 'eventData', 'eventDataChecksum'], [0, 0, 0], 2];
const SUCCESS = [3, NAMESPACE, 'AuditEventResultEntry', 0, ['id', 'eventID'], [0, 0], 2];
const FAILURE = [3, NAMESPACE, 'ResultErrorEntry', 0, ['id', 'errorCode', 'errorMessage'], [0, 0, 0], 3];
const REQUEST = [
  3,
  NAMESPACE,
  'PutAuditEventsRequest',
  0,
  ['auditEvents', 'channelArn', 'externalId'],
  [
    [() => [1, NAMESPACE, 'AuditEvents', 0, () => AUDIT_EVENT], 0],
    [0, { httpQuery: 'channelArn' }],
    [0, { httpQuery: 'externalId' }],
  ],
  2,
];
const RESPONSE = [
  3,
  NAMESPACE,
  'PutAuditEventsResponse',
  0,
  ['successful', 'failed'],
  [
    () => [1, NAMESPACE, 'AuditEventResultEntries', 0, () => SUCCESS],
    () => [1, NAMESPACE, 'ResultErrorEntries', 0, () => FAILURE],
  ],
  2,
];

export type OwnPackage = KnownPackage & {
  readonly schemas: {
    readonly operations: readonly StaticOperation[];
    readonly errors: readonly StaticError[];
  };
};

/**
 * Services that have no package of AWS's for JavaScript, described in the words of such a package.
 * cloudtrail-data: https://docs.aws.amazon.com/awscloudtraildata/latest/APIReference/API_PutAuditEvents.html
 */
export const OWN_PACKAGES: readonly OwnPackage[] = [
  {
    specifier: '@aws-sdk/client-cloudtrail-data',
    folder: '',
    signingName: 'cloudtrail-data',
    protocol: 'rest-json',
    jsonVersion: '1.1',
    namespace: NAMESPACE,
    apiVersion: '2021-08-11',
    xmlNamespace: undefined,
    targetPrefix: undefined,
    serviceId: 'CloudTrail Data',
    queryCompatible: false,
    schemas: {
      operations: [
        [
          9,
          NAMESPACE,
          'PutAuditEvents',
          { http: ['POST', '/PutAuditEvents', 200] },
          () => REQUEST,
          () => RESPONSE,
        ],
      ],
      errors: [],
    },
  },
];
