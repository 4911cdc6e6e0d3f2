/**
 * An XML answer under its wire names, as CloudTrail records EC2's: lists of `item` become `{ items: […] }`, `return` becomes `_return`.
 * Undefined when the body is not XML. Never throws.
 */
export function parseXmlPlain(body: Uint8Array): Record<string, unknown> | undefined {
  void body;
  return undefined;
}
