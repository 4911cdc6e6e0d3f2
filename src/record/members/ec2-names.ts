/** How EC2 names things in its records: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/ under the names of its older SOAP interface, seen in real records. */

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

/**
 * Operations whose parameters CloudTrail writes in the typed form (`instancesSet.items[].instanceId`): those of EC2's SOAP interface
 * (last WSDL 2014-10-01). All later ones are written as `{ <Operation>Request: … }` under their wire names.
 */
const TYPED = words(`
  AcceptVpcPeeringConnection AllocateAddress AssignPrivateIpAddresses AssociateAddress AssociateDhcpOptions AssociateRouteTable
  AttachClassicLinkVpc AttachInternetGateway AttachNetworkInterface AttachVolume AttachVpnGateway AuthorizeSecurityGroupEgress
  AuthorizeSecurityGroupIngress BundleInstance CancelBundleTask CancelConversionTask CancelExportTask CancelReservedInstancesListing
  CancelSpotInstanceRequests ConfirmProductInstance CopyImage CopySnapshot CreateCustomerGateway CreateDhcpOptions CreateImage
  CreateInstanceExportTask CreateInternetGateway CreateKeyPair CreateNetworkAcl CreateNetworkAclEntry CreateNetworkInterface
  CreatePlacementGroup CreateReservedInstancesListing CreateRoute CreateRouteTable CreateSecurityGroup CreateSnapshot
  CreateSpotDatafeedSubscription CreateSubnet CreateTags CreateVolume CreateVpc CreateVpcPeeringConnection CreateVpnConnection
  CreateVpnConnectionRoute CreateVpnGateway DeleteCustomerGateway DeleteDhcpOptions DeleteInternetGateway DeleteKeyPair DeleteNetworkAcl
  DeleteNetworkAclEntry DeleteNetworkInterface DeletePlacementGroup DeleteRoute DeleteRouteTable DeleteSecurityGroup DeleteSnapshot
  DeleteSpotDatafeedSubscription DeleteSubnet DeleteTags DeleteVolume DeleteVpc DeleteVpcPeeringConnection DeleteVpnConnection
  DeleteVpnConnectionRoute DeleteVpnGateway DeregisterImage DescribeAccountAttributes DescribeAddresses DescribeAvailabilityZones
  DescribeBundleTasks DescribeConversionTasks DescribeCustomerGateways DescribeDhcpOptions DescribeExportTasks DescribeImageAttribute
  DescribeImages DescribeInstanceAttribute DescribeInstanceStatus DescribeInstances DescribeInternetGateways DescribeKeyPairs
  DescribeNetworkAcls DescribeNetworkInterfaceAttribute DescribeNetworkInterfaces DescribePlacementGroups DescribeRegions
  DescribeReservedInstances DescribeReservedInstancesListings DescribeReservedInstancesModifications DescribeReservedInstancesOfferings
  DescribeRouteTables DescribeSecurityGroups DescribeSnapshotAttribute DescribeSnapshots DescribeSpotDatafeedSubscription
  DescribeSpotInstanceRequests DescribeSpotPriceHistory DescribeSubnets DescribeTags DescribeVolumeAttribute DescribeVolumeStatus
  DescribeVolumes DescribeVpcAttribute DescribeVpcClassicLink DescribeVpcPeeringConnections DescribeVpcs DescribeVpnConnections
  DescribeVpnGateways DetachClassicLinkVpc DetachInternetGateway DetachNetworkInterface DetachVolume DetachVpnGateway
  DisableVgwRoutePropagation DisableVpcClassicLink DisassociateAddress DisassociateRouteTable EnableVgwRoutePropagation EnableVolumeIO
  EnableVpcClassicLink GetConsoleOutput GetPasswordData ImportInstance ImportKeyPair ImportVolume ModifyImageAttribute
  ModifyInstanceAttribute ModifyNetworkInterfaceAttribute ModifyReservedInstances ModifySnapshotAttribute ModifySubnetAttribute
  ModifyVolumeAttribute ModifyVpcAttribute MonitorInstances PurchaseReservedInstancesOffering RebootInstances RegisterImage
  RejectVpcPeeringConnection ReleaseAddress ReplaceNetworkAclAssociation ReplaceNetworkAclEntry ReplaceRoute
  ReplaceRouteTableAssociation ReportInstanceStatus RequestSpotInstances ResetImageAttribute ResetInstanceAttribute
  ResetNetworkInterfaceAttribute ResetSnapshotAttribute RevokeSecurityGroupEgress RevokeSecurityGroupIngress RunInstances
  StartInstances StopInstances TerminateInstances UnassignPrivateIpAddresses UnmonitorInstances`);

export function isTyped(operation: string): boolean {
  return TYPED.has(operation);
}

/** Lists by their wire name → how the record names the list and, for lists of plain values, each value. */
const LISTS: ReadonlyMap<string, readonly [list: string, element?: string]> = new Map([
  ['Add', ['add']],
  ['AllocationId', ['allocationIdsSet', 'allocationId']],
  ['AttributeName', ['accountAttributeNameSet', 'attributeName']],
  ['BlockDeviceMapping', ['blockDeviceMapping']],
  ['BundleId', ['bundlesSet', 'bundleId']],
  ['CustomerGatewayId', ['customerGatewaySet', 'customerGatewayId']],
  ['DhcpOptionsId', ['dhcpOptionsSet', 'dhcpOptionsId']],
  ['ExecutableBy', ['executableBySet', 'user']],
  ['GroupId', ['securityGroupIdSet', 'groupId']],
  ['GroupName', ['securityGroupSet', 'groupName']],
  ['ImageId', ['imagesSet', 'imageId']],
  ['InstanceId', ['instancesSet', 'instanceId']],
  ['KeyName', ['keySet', 'keyName']],
  ['Owner', ['ownersSet', 'owner']],
  ['PrivateIpAddress', ['privateIpAddressesSet', 'privateIpAddress']],
  ['PrivateIpAddresses', ['privateIpAddressesSet']],
  ['PublicIp', ['publicIpsSet', 'publicIp']],
  ['RegionName', ['regionSet', 'regionName']],
  ['Remove', ['remove']],
  ['ResourceId', ['resourcesSet', 'resourceId']],
  ['RestorableBy', ['sharedUsersSet', 'user']],
  ['SecurityGroup', ['groupSet', 'groupName']],
  ['SecurityGroupId', ['groupSet', 'groupId']],
  ['SnapshotId', ['snapshotSet', 'snapshotId']],
  ['SubnetId', ['subnetSet', 'subnetId']],
  ['VolumeId', ['volumeSet', 'volumeId']],
  ['VpcId', ['vpcSet', 'vpcId']],
  ['VpnConnectionId', ['vpnConnectionSet', 'vpnConnectionId']],
  ['VpnGatewayId', ['vpnGatewaySet', 'vpnGatewayId']],
  ['ZoneId', ['availabilityZoneIdSet', 'zoneId']],
  ['ZoneName', ['availabilityZoneSet', 'zoneName']],
]);

/** Where an operation calls a list otherwise, by `Operation.WireName`. */
const LISTS_OF_OPERATIONS: ReadonlyMap<string, readonly [list: string, element?: string]> = new Map([
  ['DescribePlacementGroups.GroupId', ['placementGroupIdSet', 'groupId']],
  ['DescribePlacementGroups.GroupName', ['placementGroupSet', 'groupName']],
]);

/** Plain members that the SOAP interface called otherwise, by `Operation.WireName`. */
const RENAMED: ReadonlyMap<string, string> = new Map([
  ['CreateNetworkAclEntry.Icmp', 'icmpTypeCode'],
  ['CreateNetworkAclEntry.Protocol', 'aclProtocol'],
  ['CreateVolume.AvailabilityZone', 'zone'],
  ['ModifyImageAttribute.Attribute', 'attributeType'],
  ['ModifySnapshotAttribute.Attribute', 'attributeType'],
  ['ReplaceNetworkAclEntry.Icmp', 'icmpTypeCode'],
  ['ReplaceNetworkAclEntry.Protocol', 'aclProtocol'],
]);

/** Members that real records have in another form than the model says. */
const TEXTS: ReadonlyMap<string, (value: string) => string> = new Map([
  ['CreateVolume.Size', (value) => value],
  [
    'ModifySnapshotAttribute.Attribute',
    (value) => value.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase(),
  ],
]);

/** How the record writes a member's text where the model would have it otherwise. */
export function ec2Text(operation: string, wireName: string): ((value: string) => string) | undefined {
  return TEXTS.get(`${operation}.${wireName}`);
}

/** Members that hold a secret under a harmless name, depending on what else is asked. */
const SECRETS: ReadonlySet<string> = new Set(['ModifyInstanceAttribute.Value']);

export function isEc2Secret(operation: string, wireName: string): boolean {
  return SECRETS.has(`${operation}.${wireName}`);
}

/** Members of an answer that the SOAP interface called otherwise, by `Operation.wireName`. */
const ELEMENTS: ReadonlyMap<string, string> = new Map([['CreateVolume.availabilityZone', 'zone']]);

export function ec2ElementName(operation: string, wireName: string): string {
  return ELEMENTS.get(`${operation}.${wireName}`) ?? wireName;
}

/** Numbers of an answer that real records have as text. */
const TEXT_ELEMENTS: ReadonlySet<string> = new Set(['CreateSnapshot.volumeSize', 'CreateVolume.size']);

export function isEc2TextElement(operation: string, wireName: string): boolean {
  return TEXT_ELEMENTS.has(`${operation}.${wireName}`);
}

/** Lists stand under `items`, but for the operations of EC2-Classic links. */
export function ec2ItemsName(operation: string): 'items' | 'item' {
  return operation === 'DescribeVpcClassicLink' ? 'item' : 'items';
}

export function ec2MemberName(operation: string, wireName: string): string {
  return RENAMED.get(`${operation}.${wireName}`) ?? lowered(wireName);
}

export function ec2ListNames(operation: string, wireName: string): readonly [list: string, element: string] {
  const known = LISTS_OF_OPERATIONS.get(`${operation}.${wireName}`) ?? LISTS.get(wireName);
  const element = lowered(wireName);
  return [known?.[0] ?? (wireName.endsWith('s') ? element : `${element}Set`), known?.[1] ?? element];
}

function lowered(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
