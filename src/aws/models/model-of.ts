import type { Protocol } from '../protocols/protocol.ts';
import type { OperationModel, ServiceModel } from './operation-model.ts';

const REST: ReadonlySet<Protocol> = new Set(['rest-json', 'rest-xml']);

/**
 * The operation under the protocol that a request shows: clients may differ (SQS by query or JSON, CloudWatch by query, JSON or CBOR),
 * and packages may share a signing name and operation names (ses by query, sesv2 by REST). Undefined when no package has it.
 */
export function modelOf(
  service: ServiceModel,
  operation: string,
  protocol: Protocol,
): OperationModel | undefined {
  const model = chosen(service, operation, protocol);
  if (model === undefined || protocol === 'unknown' || model.protocol === protocol) return model;
  return { ...model, protocol };
}

function chosen(service: ServiceModel, operation: string, protocol: Protocol): OperationModel | undefined {
  const first = service.operations.get(operation);
  if (service.packages.length === 1 || first?.protocol === protocol) return first;
  const candidates = service.packages.flatMap((one) => one.operations.get(operation) ?? []);
  return (
    candidates.find((model) => model.protocol === protocol) ??
    candidates.find((model) => REST.has(model.protocol) === REST.has(protocol)) ??
    first
  );
}
