import { spawnSync } from 'node:child_process';

/** Tools of the machine that some tests need. `provided`: scripts/provision can install it, so CI may not skip for it. */
const TOOLS = {
  aws: { probe: ['aws', '--version'], provided: true },
  'aws with AWS_ENDPOINT_URL': {
    probe: [
      'sh',
      '-c',
      `aws --version 2>&1 | grep -Eq 'aws-cli/(1\\.(29|[3-9][0-9])|2\\.(1[3-9]|[2-9][0-9]))'`,
    ],
    provided: false,
  },
  // Version 2 has these commands no more.
  'aws with create-subscription': {
    probe: ['sh', '-c', `aws --version 2>&1 | grep -q 'aws-cli/1'`],
    provided: false,
  },
  boto3: { probe: ['python3', '-c', 'import boto3'], provided: true },
  moto_server: { probe: ['sh', '-c', 'command -v moto_server'], provided: false },
  chromium: { probe: ['sh', '-c', 'test -x /usr/bin/chromium'], provided: true },
  python3: { probe: ['python3', '--version'], provided: true },
  radosgw: {
    probe: ['sh', '-c', 'command -v radosgw && command -v ceph-osd && command -v ceph'],
    provided: true,
  },
  nginx: { probe: ['nginx', '-v'], provided: true },
} as const;

export type Tool = keyof typeof TOOLS;

/** The first tool that is missing, or undefined. With OPENTRAIL_TEST_REQUIRE=1 a missing tool that could be provided is an error. */
export function missingTool(...tools: Tool[]): Tool | undefined {
  const missing = tools.find((tool) => {
    const [command, ...args] = TOOLS[tool].probe;
    return spawnSync(command, args, { stdio: 'ignore' }).status !== 0;
  });
  if (missing !== undefined && TOOLS[missing].provided && process.env['OPENTRAIL_TEST_REQUIRE'] === '1') {
    throw new Error(`${missing} is missing: run scripts/provision`);
  }
  return missing;
}

/** The title of a suite, which names what it was skipped for. */
export function needing(title: string, missing: string | undefined): string {
  return missing === undefined ? title : `${title} (skipped: no ${missing})`;
}
