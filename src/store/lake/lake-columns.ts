import type { SqlColumn } from '../contract.ts';

/**
 * How the records of a store stand in its table. What a record says is kept once: members that are long or random (`TEXT_MEMBERS`, the ids) are cut
 * out of the record into columns of their own, and `rest` is what is left, with a mark of one byte at each place. The record is put together
 * again byte for byte. Marks are control characters, which JSON never holds; a record that does stays whole in `rest`.
 */

/** Objects of a record that Lake shows as map(varchar, varchar). Each is a column of JSON text, `j_` before its name. */
export const TEXT_MEMBERS = [
  ['requestParameters', 'requestparameters', 0x01],
  ['responseElements', 'responseelements', 0x02],
  ['additionalEventData', 'additionaleventdata', 0x03],
  ['serviceEventDetails', 'serviceeventdetails', 0x04],
  ['addendum', 'addendum', 0x05],
  ['edgeDeviceDetails', 'edgedevicedetails', 0x06],
  ['insightDetails', 'insightdetails', 0x0e],
  ['eventContext', 'eventcontext', 0x0f],
  ['eventData', 'eventdata', 0x10],
  ['metadata', 'metadata', 0x11],
] as const;

export const EVENT_ID_MARK = 0x12;
export const REQUEST_ID_MARK = 0x13;
/** Before a record that stays whole in `rest`. */
export const WHOLE_MARK = 0x14;

/** Text of the record's top level, in the table under these names. `L`: few different values. */
export const SCALAR_MEMBERS = [
  ['eventSource', 'eventsource', 'L'],
  ['eventName', 'eventname', 'L'],
  ['eventVersion', 'eventversion', 'L'],
  ['awsRegion', 'awsregion', 'L'],
  ['sourceIPAddress', 'sourceipaddress', 'S'],
  ['userAgent', 'useragent', 'S'],
  ['errorCode', 'errorcode', 'L'],
  ['errorMessage', 'errormessage', 'S'],
  ['eventType', 'eventtype', 'L'],
  ['apiVersion', 'apiversion', 'L'],
  ['recipientAccountId', 'recipientaccountid', 'L'],
  ['sharedEventID', 'sharedeventid', 'S'],
  ['annotation', 'annotation', 'S'],
  ['vpcEndpointId', 'vpcendpointid', 'L'],
  ['vpcEndpointAccountId', 'vpcendpointaccountid', 'L'],
  ['eventCategory', 'eventcategory', 'L'],
  ['sessionCredentialFromConsole', 'sessioncredentialfromconsole', 'L'],
] as const;

/** A leaf of `userIdentity` and `tlsDetails`: path in the record, column of the table (also its path in the row, behind the first dot). */
export type Leaf = {
  readonly path: readonly string[];
  readonly column: string;
  /** `L`: few different values; `S`: text; `T`: timestamp; `M`: map, as JSON text. */
  readonly kind: 'L' | 'S' | 'T' | 'M';
};

const leaf = (path: string, kind: Leaf['kind']): Leaf => ({
  path: path.split('.').slice(1),
  column: path.toLowerCase(),
  kind,
});

const SESSION = 'userIdentity.sessionContext';

/** In the order of Lake's schema: the row type is built from it. */
export const IDENTITY_LEAVES: readonly Leaf[] = [
  leaf('userIdentity.type', 'L'),
  leaf('userIdentity.principalId', 'S'),
  leaf('userIdentity.arn', 'S'),
  leaf('userIdentity.accountId', 'L'),
  leaf('userIdentity.accessKeyId', 'S'),
  leaf('userIdentity.userName', 'S'),
  leaf(`${SESSION}.attributes.creationDate`, 'T'),
  leaf(`${SESSION}.attributes.mfaAuthenticated`, 'L'),
  leaf(`${SESSION}.sessionIssuer.type`, 'L'),
  leaf(`${SESSION}.sessionIssuer.principalId`, 'S'),
  leaf(`${SESSION}.sessionIssuer.arn`, 'S'),
  leaf(`${SESSION}.sessionIssuer.accountId`, 'L'),
  leaf(`${SESSION}.sessionIssuer.userName`, 'S'),
  leaf(`${SESSION}.webIdFederationData.federatedProvider`, 'L'),
  leaf(`${SESSION}.webIdFederationData.attributes`, 'M'),
  leaf(`${SESSION}.sourceIdentity`, 'L'),
  leaf(`${SESSION}.ec2RoleDelivery`, 'L'),
  leaf(`${SESSION}.ec2IssuedInVpc`, 'L'),
  leaf('userIdentity.invokedBy', 'L'),
  leaf('userIdentity.identityProvider', 'L'),
  leaf('userIdentity.onBehalfOf.userId', 'L'),
  leaf('userIdentity.onBehalfOf.identityStoreArn', 'L'),
  leaf('userIdentity.inScopeOf.sourceArn', 'L'),
  leaf('userIdentity.inScopeOf.sourceAccount', 'L'),
  leaf('userIdentity.inScopeOf.issuerType', 'L'),
  leaf('userIdentity.inScopeOf.credentialsIssuedTo', 'L'),
];

export const TLS_LEAVES: readonly Leaf[] = [
  leaf('tlsDetails.tlsVersion', 'L'),
  leaf('tlsDetails.cipherSuite', 'L'),
  leaf('tlsDetails.clientProvidedHostHeader', 'L'),
];

const MAP = 'map(varchar, varchar)';
const IDENTITY_TYPE = rowType(IDENTITY_LEAVES);
const TLS_TYPE = rowType(TLS_LEAVES);
const RESOURCES_TYPE = 'array(row(accountid varchar, type varchar, arn varchar, arnprefix varchar))';

/** Columns of a store of CloudTrail events, in the order of `SELECT *`: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/query-supported-event-schemas.html */
export const EVENT_COLUMNS: readonly SqlColumn[] = [
  ['eventversion', 'varchar'],
  ['useridentity', IDENTITY_TYPE],
  ['eventtime', 'timestamp(3)'],
  ['eventsource', 'varchar'],
  ['eventname', 'varchar'],
  ['awsregion', 'varchar'],
  ['sourceipaddress', 'varchar'],
  ['useragent', 'varchar'],
  ['errorcode', 'varchar'],
  ['errormessage', 'varchar'],
  ['requestparameters', MAP],
  ['responseelements', MAP],
  ['additionaleventdata', MAP],
  ['requestid', 'varchar'],
  ['eventid', 'varchar'],
  ['readonly', 'boolean'],
  ['resources', RESOURCES_TYPE],
  ['eventtype', 'varchar'],
  ['apiversion', 'varchar'],
  ['managementevent', 'boolean'],
  ['recipientaccountid', 'varchar'],
  ['sharedeventid', 'varchar'],
  ['annotation', 'varchar'],
  ['vpcendpointid', 'varchar'],
  ['vpcendpointaccountid', 'varchar'],
  ['serviceeventdetails', MAP],
  ['addendum', MAP],
  ['edgedevicedetails', MAP],
  ['insightdetails', MAP],
  ['eventcategory', 'varchar'],
  ['tlsdetails', TLS_TYPE],
  ['sessioncredentialfromconsole', 'varchar'],
  ['eventcontext', MAP],
  ['eventjson', 'varchar'],
  ['eventjsonchecksum', 'varchar'],
].map(([name = '', type = '']) => ({ name, type }));

/** Columns of a store of events of one's own applications. */
export const ACTIVITY_COLUMNS: readonly SqlColumn[] = [
  ['eventversion', 'varchar'],
  ['eventcategory', 'varchar'],
  ['eventtype', 'varchar'],
  ['eventid', 'varchar'],
  ['eventtime', 'timestamp(3)'],
  ['awsregion', 'varchar'],
  ['recipientaccountid', 'varchar'],
  ['addendum', MAP],
  ['metadata', 'row(ingestiontime varchar, channelarn varchar)'],
  [
    'eventdata',
    `row(version varchar, useridentity row(type varchar, principalid varchar, details ${MAP}), useragent varchar, eventsource varchar, eventname varchar, eventtime varchar, uid varchar, requestparameters ${MAP}, responseelements ${MAP}, errorcode varchar, errormessage varchar, sourceipaddress varchar, recipientaccountid varchar, additionaleventdata ${MAP})`,
  ],
  ['eventjson', 'varchar'],
  ['eventjsonchecksum', 'varchar'],
].map(([name = '', type = '']) => ({ name, type }));

const SHARES = 'array(row(value varchar, average double))';

/** Columns of a store of Insights events. */
export const INSIGHT_COLUMNS: readonly SqlColumn[] = [
  ['eventversion', 'varchar'],
  ['eventcategory', 'varchar'],
  ['eventtype', 'varchar'],
  ['eventid', 'varchar'],
  ['eventtime', 'timestamp(3)'],
  ['awsregion', 'varchar'],
  ['recipientaccountid', 'varchar'],
  ['sharedeventid', 'varchar'],
  ['addendum', MAP],
  ['insightsource', 'varchar'],
  ['insightstate', 'varchar'],
  ['insighteventsource', 'varchar'],
  ['insighteventname', 'varchar'],
  ['insighterrorcode', 'varchar'],
  ['insighttype', 'varchar'],
  [
    'insightcontext',
    `row(baselineaverage double, insightaverage double, baselineduration integer, insightduration integer, attributions array(row(attribute varchar, insightvalue varchar, insightaverage double, baselinevalue varchar, baselineaverage double, insight ${SHARES}, baseline ${SHARES})))`,
  ],
  ['eventjson', 'varchar'],
  ['eventjsonchecksum', 'varchar'],
].map(([name = '', type = '']) => ({ name, type }));

type Tree = { readonly [name: string]: Tree | Leaf };

/** The leaves as a tree of rows, by the parts of their columns behind the first. */
export function treeOf(leaves: readonly Leaf[]): Tree {
  const root: Record<string, Tree | Leaf> = {};
  for (const one of leaves) {
    const parts = one.column.split('.').slice(1);
    let at = root;
    for (const part of parts.slice(0, -1)) at = (at[part] ??= {}) as Record<string, Tree | Leaf>;
    at[parts.at(-1) ?? ''] = one;
  }
  return root;
}

export function isLeaf(node: Tree | Leaf): node is Leaf {
  return Array.isArray((node as Leaf).path);
}

function rowType(leaves: readonly Leaf[]): string {
  const typeOf = (node: Tree | Leaf): string => {
    if (isLeaf(node)) return node.kind === 'T' ? 'timestamp(3)' : node.kind === 'M' ? MAP : 'varchar';
    return `row(${Object.entries(node)
      .map(([name, child]) => `${name} ${typeOf(child)}`)
      .join(', ')})`;
  };
  return typeOf(treeOf(leaves));
}
