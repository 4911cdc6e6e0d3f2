const PREFIXES = [
  'Describe',
  'Get',
  'List',
  'Head',
  'Lookup',
  'Search',
  'Query',
  'Scan',
  'Select',
  'BatchGet',
  'BatchDescribe',
  'BatchCheck',
  'Discover',
  'Estimate',
  'Simulate',
  'Validate',
  'Verify',
  'Preview',
  'View',
];

/** Whether an operation of which nothing else is known only reads, judged by how its name begins. */
export function readsByName(operation: string): boolean {
  for (const prefix of PREFIXES) {
    if (operation.startsWith(prefix) && !isLower(operation.charCodeAt(prefix.length))) return true;
  }
  return false;
}

/** `GetObject` begins with the word Get, `Getaway` does not. */
function isLower(code: number): boolean {
  return code >= 0x61 && code <= 0x7a;
}
