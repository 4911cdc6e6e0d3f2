import type { ServiceModel } from '../../aws/models/index.ts';
import type { OperationPlace } from './request-parameters.ts';

/** The code that the query services' framework answers, and what real records of autoscaling have in its place. */
const FRAMEWORK: readonly (readonly [wire: string, name: string])[] = [
  ['ValidationError', 'ValidationException'],
];

const AS_ANSWERED = (wire: string): string => wire;

/**
 * Query services answer short codes (`NoSuchEntity`, `DBInstanceNotFound`); CloudTrail writes the names of the shapes (`NoSuchEntityException`,
 * `InvalidDBInstanceStateFault`, `ResourceInUseException`), as real records of iam, rds, elasticloadbalancing and autoscaling show. All other
 * protocols answer the name itself, EC2 and S3 are recorded with the code that they answer.
 */
export function errorCodes(
  { protocol, model }: OperationPlace,
  service: ServiceModel | undefined,
): (wire: string) => string {
  if (protocol !== 'query') return AS_ANSWERED;
  const known = (model?.package ?? service?.packages[0]?.package)?.errorNames;
  const names = new Map([...FRAMEWORK, ...(known ?? [])]);
  return (wire) => names.get(wire) ?? wire;
}
