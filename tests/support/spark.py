"""A Spark session in local mode. Test modules that import this are skipped without pyspark."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of pyspark's own making
    sql = pytest.importorskip("pyspark.sql", reason="pyspark is not installed")


@contextmanager
def spark_session(folder: Path) -> Iterator[Any]:
    """Yield a session with its warehouse in a folder; the test is skipped without Java."""
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java, which is not installed")
    session = (
        sql.SparkSession.builder.master("local[1]")
        .appName("sorparse")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "1")
        .config("spark.sql.codegen.wholeStage", "false")  # slow to compile for few rows
        .config("spark.driver.host", "localhost")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.warehouse.dir", str(folder / "warehouse"))
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    try:
        yield session
    finally:
        session.stop()
