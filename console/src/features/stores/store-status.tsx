import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';

const STATES: Readonly<Record<string, { readonly type: StatusIndicatorProps.Type; readonly text: string }>> =
  {
    CREATED: { type: 'pending', text: 'Being made' },
    ENABLED: { type: 'success', text: 'Takes events' },
    STARTING_INGESTION: { type: 'pending', text: 'Starting' },
    STOPPING_INGESTION: { type: 'pending', text: 'Stopping' },
    STOPPED_INGESTION: { type: 'stopped', text: 'Stopped' },
    PENDING_DELETION: { type: 'warning', text: 'To be deleted' },
  };

export function StoreStatus({ status }: { readonly status: string }) {
  const { type, text } = STATES[status] ?? { type: 'info' as const, text: status };
  return <StatusIndicator type={type}>{text}</StatusIndicator>;
}

/** `7 years`, `90 days`. */
export function daysText(days: number): string {
  if (days > 0 && days % 365 === 0) return days === 365 ? '1 year' : `${days / 365} years`;
  return days === 1 ? '1 day' : `${days.toLocaleString('en')} days`;
}
