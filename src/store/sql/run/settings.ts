import type { ClickHouseSettings } from '@clickhouse/client';

const MB = 1024 * 1024;

/** Read-only, bounded, and with the rules that our statements are written for. Behind lookups, and in turn with other questions. */
export function settingsFor(maxSeconds: number): ClickHouseSettings {
  return {
    readonly: '2',
    max_execution_time: maxSeconds,
    timeout_overflow_mode: 'throw',
    max_memory_usage: String(900 * MB),
    max_bytes_before_external_group_by: String(300 * MB),
    max_bytes_before_external_sort: String(300 * MB),
    max_threads: 2,
    max_block_size: '16384',
    priority: '4' as never,
    max_query_size: String(2 * MB),
    max_parser_depth: '4000' as never,
    max_ast_depth: '4000',
    max_ast_elements: '500000',
    max_expanded_ast_elements: '1000000',
    session_timezone: 'UTC',
    join_use_nulls: 1,
    group_by_use_nulls: 1,
    transform_null_in: 0,
    cast_keep_nullable: 0,
    allow_experimental_correlated_subqueries: 1,
    joined_subquery_requires_alias: 0,
    output_format_json_quote_64bit_integers: 1,
    output_format_json_quote_decimals: 1,
    output_format_json_quote_denormals: 1,
    output_format_json_named_tuples_as_objects: 0,
    output_format_json_map_as_array_of_tuples: 1,
    output_format_json_escape_forward_slashes: 0,
    output_format_decimal_trailing_zeros: 1,
  } as ClickHouseSettings;
}
