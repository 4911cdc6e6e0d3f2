import type { OperationModel } from '../models/operation-model.ts';
import { element, escapeXml } from './xml/write-xml.ts';

/**
 * GetBucketLocation answers with one bare element, not with a structure; its model cannot say so. Empty means us-east-1.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html
 */
export function isBareLocation(model: OperationModel): boolean {
  return model.service === 's3' && model.name === 'GetBucketLocation';
}

export function writeBareLocation(output: Readonly<Record<string, unknown>>, namespace: string): string {
  const location = output['LocationConstraint'];
  return element('LocationConstraint', namespace, typeof location === 'string' ? escapeXml(location) : '');
}
