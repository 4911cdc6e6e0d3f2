import type { KmsEncryption } from '../../aws/ports.ts';
import type { Trail } from './trail-store.ts';

/** How a trail's files are encrypted: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/encrypting-cloudtrail-log-files-with-aws-kms.html */
export function encryptionOf(trail: Pick<Trail, 'kms_key' | 'arn'>): KmsEncryption | undefined {
  if (trail.kms_key === null) return undefined;
  return { keyArn: trail.kms_key, context: { 'aws:cloudtrail:arn': trail.arn } };
}
