import Badge, { type BadgeProps } from '@cloudscape-design/components/badge';

import type { Severity } from './detections.ts';

const COLORS: Readonly<Record<Severity, BadgeProps['color']>> = {
  critical: 'severity-critical',
  high: 'severity-high',
  medium: 'severity-medium',
  low: 'severity-low',
  informational: 'severity-neutral',
};

export function SeverityMark({ severity }: { readonly severity: Severity }) {
  return <Badge color={COLORS[severity] ?? 'severity-neutral'}>{severity}</Badge>;
}
