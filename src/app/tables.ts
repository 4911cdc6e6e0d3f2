import { athenaMigrations, type AthenaTables } from '../use/athena/settings.ts';
import { bucketMigrations, type BucketTables } from '../embedded/s3/index.ts';
import { keyMigrations, type KeyTables } from '../embedded/kms/index.ts';
import { snsMigrations, type SnsTables } from '../embedded/sns/index.ts';
import { iamMigrations, type IamTables } from '../embedded/iam/settings.ts';
import { lambdaMigrations, type LambdaTables } from '../embedded/lambda/index.ts';
import { organizationsMigrations, type OrganizationsTables } from '../embedded/organizations/settings.ts';
import { identityMigrations, type IdentityTables } from '../record/identify/settings.ts';
import { aggregationMigrations } from '../use/trails/aggregation/settings.ts';
import { trailOrganizationMigrations } from '../use/trails/organizations/settings.ts';
import { proofMigrations, type ProofTables } from '../use/proofs/settings.ts';
import { channelMigrations, type ChannelTables } from '../use/lake/channels/settings.ts';
import { ruleMigrations, type RuleTables } from '../use/rules/settings.ts';
import { detectionMigrations, type DetectionTables } from '../use/detections/settings.ts';
import { sourceMigrations, type SourceTables } from '../use/sources/settings.ts';
import { importMigrations, type ImportTables } from '../use/lake/imports/settings.ts';
import { insightMigrations, type InsightTables } from '../use/insights/settings.ts';
import { silenceMigrations, type SilenceTables } from '../use/silence/settings.ts';
import { logFilterMigrations } from '../use/logs/filters/settings.ts';
import { metricMigrations, type MetricTables } from '../use/metrics/settings.ts';
import { dashboardMigrations, type DashboardTables } from '../use/lake/dashboards/settings.ts';
import { queryMigrations, type QueryTables } from '../use/lake/queries/settings.ts';
import { lakeResourceMigrations } from '../use/lake/resources/settings.ts';
import { lakeStoreMigrations, type StoreTables } from '../use/lake/stores/settings.ts';
import { logMigrations, type LogTables } from '../use/logs/settings.ts';
import { trailMigrations, type TrailTables } from '../use/trails/settings.ts';
import type { CursorTables } from '../store/settings/cursors.ts';
import type { MetaTables } from '../store/settings/meta.ts';

/** What is kept in the settings, each feature's by its own file of tables. */
export type Tables = CursorTables &
  MetaTables &
  IamTables &
  IdentityTables &
  BucketTables &
  KeyTables &
  SnsTables &
  LambdaTables &
  OrganizationsTables &
  TrailTables &
  SilenceTables &
  SourceTables &
  ImportTables &
  InsightTables &
  ProofTables &
  LogTables &
  MetricTables &
  RuleTables &
  AthenaTables &
  DetectionTables &
  DashboardTables &
  QueryTables &
  ChannelTables &
  StoreTables;

export const migrations = [
  iamMigrations,
  identityMigrations,
  bucketMigrations,
  keyMigrations,
  snsMigrations,
  lambdaMigrations,
  organizationsMigrations,
  trailMigrations,
  silenceMigrations,
  sourceMigrations,
  importMigrations,
  insightMigrations,
  trailOrganizationMigrations,
  aggregationMigrations,
  proofMigrations,
  logMigrations,
  metricMigrations,
  logFilterMigrations,
  ruleMigrations,
  detectionMigrations,
  athenaMigrations,
  queryMigrations,
  dashboardMigrations,
  channelMigrations,
  lakeResourceMigrations,
  lakeStoreMigrations,
];
