"""Databases without a schema."""

import os
import secrets
from collections.abc import Callable, Iterator

import psycopg
import pytest

from tests.conftest import with_database


@pytest.fixture
def new_database(server_url: str) -> Iterator[Callable[[], str]]:
    """Makes empty databases; gives their URLs."""
    names: list[str] = []

    def make() -> str:
        names.append(f"migration_{os.getpid()}_{secrets.token_hex(6)}")
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{names[-1]}"'.encode())
        return with_database(server_url, names[-1])

    yield make
    with psycopg.connect(server_url, autocommit=True) as connection:
        for name in names:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())
