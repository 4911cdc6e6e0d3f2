import type { HiveType } from '../../../store/contract.ts';
import type { QualifiedName } from './tokens.ts';

export type ColumnDefinition = {
  readonly name: string;
  readonly type: HiveType;
  readonly comment?: string | undefined;
};

export type TableDefinition = {
  readonly columns: readonly ColumnDefinition[];
  readonly partitionedBy: readonly ColumnDefinition[];
  readonly comment?: string | undefined;
  readonly serde: string;
  readonly serdeProperties: Readonly<Record<string, string>>;
  readonly inputFormat: string | undefined;
  readonly outputFormat: string | undefined;
  /** `s3://BUCKET/PREFIX/`. */
  readonly location: string;
  readonly properties: Readonly<Record<string, string>>;
};

export type PartitionSpec = readonly { readonly name: string; readonly value: string }[];

/** What is run without the engine. */
export type Ddl =
  | {
      readonly kind: 'CREATE_DATABASE';
      readonly name: string;
      readonly ifNotExists: boolean;
      readonly comment: string | undefined;
      readonly location: string | undefined;
    }
  | {
      readonly kind: 'DROP_DATABASE';
      readonly name: string;
      readonly ifExists: boolean;
      readonly cascade: boolean;
    }
  | {
      readonly kind: 'CREATE_TABLE';
      readonly name: QualifiedName;
      readonly ifNotExists: boolean;
      readonly definition: TableDefinition;
    }
  | { readonly kind: 'DROP_TABLE' | 'DROP_VIEW'; readonly name: QualifiedName; readonly ifExists: boolean }
  | {
      readonly kind: 'CREATE_VIEW';
      readonly name: QualifiedName;
      readonly orReplace: boolean;
      readonly select: string;
    }
  | {
      readonly kind: 'ALTER_TABLE_ADD_PARTITION';
      readonly name: QualifiedName;
      readonly ifNotExists: boolean;
      readonly partitions: readonly {
        readonly spec: PartitionSpec;
        readonly location: string | undefined;
      }[];
    }
  | {
      readonly kind: 'ALTER_TABLE_DROP_PARTITION';
      readonly name: QualifiedName;
      readonly ifExists: boolean;
      readonly partitions: readonly PartitionSpec[];
    }
  | { readonly kind: 'MSCK_REPAIR_TABLE'; readonly name: QualifiedName }
  | { readonly kind: 'SHOW_DATABASES'; readonly pattern: string | undefined }
  | {
      readonly kind: 'SHOW_TABLES' | 'SHOW_VIEWS';
      readonly database: string | undefined;
      readonly pattern: string | undefined;
    }
  | {
      readonly kind:
        | 'SHOW_PARTITIONS'
        | 'SHOW_COLUMNS'
        | 'SHOW_CREATE_TABLE'
        | 'SHOW_CREATE_VIEW'
        | 'SHOW_TBLPROPERTIES'
        | 'DESCRIBE_TABLE';
      readonly name: QualifiedName;
    };

/** As GetQueryExecution tells it. */
export function statementTypeOf({ kind }: Ddl): 'DDL' | 'UTILITY' {
  return kind.startsWith('SHOW') || kind.startsWith('DESCRIBE') ? 'UTILITY' : 'DDL';
}
