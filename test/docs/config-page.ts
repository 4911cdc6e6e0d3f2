import { configSchema } from '../../src/config.ts';

/** docs/config.md as it follows from src/config.ts. */
export function configPage(): string {
  const rows = Object.entries(configSchema.shape).map(([key, setting]) => {
    const fallback = setting.safeParse(undefined).success ? textOf(defaultOf(setting)) : '';
    return `| \`${key}\` | \`OPENTRAIL_${key.toUpperCase()}\` | ${fallback} | ${setting.description ?? ''} |`;
  });
  return `# Configuration

Each setting can stand in a TOML file (\`opentrail serve --config FILE\`), in the environment, or (for \`data\`, \`listen\` and \`upstream\`) on the command
line; the command line wins over the environment, the environment over the file. All mistakes are reported together, with the full key, and stop the start.

| in the file | in the environment | default | what it does |
|---|---|---|---|
${rows.join('\n')}
| \`upstream_<service>\` | \`OPENTRAIL_UPSTREAM_<SERVICE>\` | | Moves one service: a URL, or \`embedded\`. The name is the signing name, such as \`OPENTRAIL_UPSTREAM_S3\`. |

Durations: \`1s\`, \`5m\`, \`1h\`, \`90d\`. Sizes: \`64MB\`, \`4GB\`. Lists: separated by commas.

The data folder holds: \`credentials\` (the administrator's key, mode 600), \`master.key\` (seals secrets at rest; keep a copy apart from backups of the
rest), \`settings.db\`, \`journal/\`, \`events/\` (the embedded engine), \`proofs/\` (the tree), \`buckets/\`, \`imports/\` (what finished), \`endpoint\` (the address of the running server).

This page is made from \`src/config.ts\`: \`npm run docs\`.
`;
}

function defaultOf(setting: unknown): unknown {
  let at = setting as { def?: { defaultValue?: unknown; in?: unknown; innerType?: unknown } } | undefined;
  while (at?.def) {
    if ('defaultValue' in at.def) return at.def.defaultValue;
    at = (at.def.in ?? at.def.innerType) as typeof at;
  }
  return undefined;
}

function textOf(value: unknown): string {
  if (value === undefined || (typeof value === 'object' && Object.keys(value ?? {}).length === 0)) return '';
  return `\`${String(value)}\``;
}
