"""Runs a whole ClickHouse server out of libchdb.so, for tests. Arguments: LIBRARY DIR HTTP_PORT [EXTRA...]. Ends when stdin closes.

chdb_query_cmdline is `clickhouse local`, which can listen; it has to be called on the process's main thread (ClickHouse checks its stack).
"""
import ctypes
import os
import sys
import threading

library, directory, port, *extra = sys.argv[1:]


def end_with_parent():
    sys.stdin.buffer.read()
    os._exit(0)


threading.Thread(target=end_with_parent, daemon=True).start()

query = (
    "SYSTEM START LISTEN HTTP; "
    "SELECT sleepEachRow(3) FROM numbers(9000000) "
    "SETTINGS max_block_size = 1, function_sleep_max_microseconds_per_block = 100000000 FORMAT Null"
)
arguments = ["clickhouse", "--path", directory, "--listen_host", "127.0.0.1", "--http_port", port, *extra, "--query", query]
encoded = [argument.encode() for argument in arguments]
argv = (ctypes.c_char_p * len(encoded))(*encoded)
ctypes.CDLL(library).chdb_query_cmdline(len(encoded), argv)
