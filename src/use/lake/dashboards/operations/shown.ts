import type { Dashboard } from '../dashboard-store.ts';

/** A dashboard as Create- and UpdateDashboard answer it. */
export function shown({ arn, name, type, widgets, schedule, row }: Dashboard) {
  return {
    DashboardArn: arn,
    Name: name,
    Type: type,
    Widgets: widgets,
    ...(schedule === undefined ? {} : { RefreshSchedule: schedule }),
    TerminationProtectionEnabled: row?.termination_protection === 1,
  };
}

export function times({ row }: Dashboard) {
  return row === undefined
    ? {}
    : { CreatedTimestamp: new Date(row.created_at), UpdatedTimestamp: new Date(row.updated_at) };
}
